import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import type { AssetView } from "@/api/schema";
import type { TileActs } from "@/grid/tiles";
import { useGridBox } from "@/grid/useGridBox";
import { useGridRows } from "@/grid/useGridRows";
import { laidOut, moved } from "@/pages/library/layouts";
import styles from "@/pages/library/PictureWall.module.css";
import { Tile } from "@/pages/library/Tile";

interface PictureWallProps {
  assets: readonly AssetView[];
  /** More of them are to come. */
  isOpen: boolean;
  rowHeight: number;
  current: number;
  /** A place that is to have the focus, as it had before its page was opened. */
  comingBackTo: number | null;
  chosen: ReadonlySet<string>;
  isChoosing: boolean;
  pathOf: (asset: AssetView) => string;
  acts: TileActs;
  /** The last place that is in view, or nearly. */
  onSeen: (place: number) => void;
  /** Keys that do not move: what to do with the image that has the focus. */
  onKey: (event: KeyboardEvent, place: number) => boolean;
}

const OVERSCAN_ROWS = 3;
// Filters above, the selection's acts or a phone's navigation below.
const COVERED = { above: 124, below: 92 };

// As wide as it was last time: a step back finds the page as high as it was left, and so the same place in it.
let widthBefore = 0;

/** Images in rows, of which only those in view exist; the page has its full height from the beginning. */
export function PictureWall(props: PictureWallProps) {
  const { assets, isOpen, rowHeight, current, comingBackTo, acts, onSeen, onKey } = props;
  const box = useGridBox();
  const width = box.width || widthBefore;
  widthBefore = width;
  const layout = useMemo(() => laidOut(assets, width, rowHeight, isOpen), [assets, width, rowHeight, isOpen]);
  const heightOf = useMemo(() => {
    const gap = layout.rows.length > 1 ? (layout.rows[1]?.top ?? 0) - (layout.rows[0]?.height ?? 0) : 0;
    return (row: number) => (layout.rows[row]?.height ?? 0) + gap;
  }, [layout]);
  const rows = useGridRows({
    box,
    count: layout.rows.length,
    heightOf,
    rowOf: (place) => layout.rowOf[place] ?? layout.rows.length - 1,
    current,
    overscan: OVERSCAN_ROWS,
    covered: COVERED,
    onFocus: acts.focus,
  });
  const lastSeen = layout.rows[rows.near.last]?.spots.at(-1)?.place ?? -1;
  useEffect(() => onSeen(lastSeen), [onSeen, lastSeen]);

  const latest = useRef(rows.go);
  latest.current = rows.go;
  const hasRows = layout.rows.length > 0;
  useEffect(() => {
    if (comingBackTo !== null && hasRows) latest.current(comingBackTo, "center");
  }, [comingBackTo, hasRows]);

  const onKeyDown = (event: KeyboardEvent) => {
    const isPlain = !(event.ctrlKey || event.metaKey || event.altKey);
    const place = isPlain ? moved(event.key, current, layout, globalThis.innerHeight) : null;
    if (place === null ? !onKey(event, current) : false) return;
    event.preventDefault();
    if (place === null) return;
    if (event.shiftKey) {
      acts.choose(current, "range");
      acts.choose(place, "range");
    }
    rows.go(place);
  };

  return (
    <div
      ref={box.ref}
      className={styles.wall}
      role="grid"
      aria-label="Images"
      aria-rowcount={isOpen ? -1 : layout.rows.length}
      aria-multiselectable
      style={{ height: layout.height }}
      onKeyDown={onKeyDown}
    >
      {rows.shown.map(({ index }) => {
        const row = layout.rows[index];
        if (row === undefined) return null;
        return (
          <div
            key={index}
            role="row"
            aria-rowindex={index + 1}
            className={styles.row}
            style={{ height: row.height, transform: `translateY(${row.top}px)` }}
          >
            {row.spots.map(({ place, left, width: wide }) => {
              const asset = assets[place];
              if (asset === undefined) return null;
              return (
                <Tile
                  key={asset.id}
                  asset={asset}
                  place={place}
                  path={props.pathOf(asset)}
                  left={left}
                  width={wide}
                  height={row.height}
                  isChosen={props.chosen.has(asset.id)}
                  isCurrent={place === current}
                  isChoosing={props.isChoosing}
                  acts={acts}
                />
              );
            })}
          </div>
        );
      })}
    </div>
  );
}
