import { useElementSize } from "@mantine/hooks";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { AssetView } from "@/api/schema";
import { laidOut, moved } from "@/pages/library/layouts";
import styles from "@/pages/library/PictureWall.module.css";
import { Tile, type TileActs } from "@/pages/library/Tile";

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
// What lies over the page, in CSS pixels: filters above, the selection's acts or a phone's navigation below.
const BAR_ABOVE = 124;
const BAR_BELOW = 92;

// As wide as it was last time: a step back finds the page as high as it was left, and so the same place in it.
let widthBefore = 0;

/** Images in rows, of which only those in view exist; the page has its full height from the beginning. */
export function PictureWall(props: PictureWallProps) {
  const { assets, isOpen, rowHeight, current, comingBackTo, acts, onSeen, onKey } = props;
  const { ref, width: measured } = useElementSize();
  const width = measured || widthBefore;
  widthBefore = width;
  const box = useRef<HTMLDivElement | null>(null);
  const [top, setTop] = useState(0);
  const layout = useMemo(() => laidOut(assets, width, rowHeight, isOpen), [assets, width, rowHeight, isOpen]);
  useLayoutEffect(() => {
    const now = box.current === null ? 0 : box.current.getBoundingClientRect().top + globalThis.scrollY;
    if (Math.abs(now - top) > 1) setTop(now);
  });
  const gap = layout.rows.length > 1 ? (layout.rows[1]?.top ?? 0) - (layout.rows[0]?.height ?? 0) : 0;
  const rows = useWindowVirtualizer({
    count: layout.rows.length,
    estimateSize: (row) => (layout.rows[row]?.height ?? 0) + gap,
    overscan: OVERSCAN_ROWS,
    scrollMargin: top,
    scrollPaddingStart: BAR_ABOVE,
    scrollPaddingEnd: BAR_BELOW,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows that are laid out anew have other heights
  useLayoutEffect(() => rows.measure(), [rows, layout]);

  const shown = rows.getVirtualItems();
  const lastSeen = layout.rows[shown.at(-1)?.index ?? -1]?.spots.at(-1)?.place ?? -1;
  useEffect(() => onSeen(lastSeen), [onSeen, lastSeen]);

  const wanted = useRef(current);
  const go = (place: number, align: "auto" | "center" = "auto") => {
    wanted.current = place;
    acts.focus(place);
    rows.scrollToIndex(layout.rowOf[place] ?? layout.rows.length - 1, { align });
    // The tile may only exist once its row has been scrolled to.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        // Keys that are held lead on faster than frames come: only where they led last has the focus.
        if (wanted.current !== place) return;
        box.current?.querySelector<HTMLElement>(`[data-place="${place}"] a`)?.focus({ preventScroll: true });
      }),
    );
  };
  const latest = useRef(go);
  latest.current = go;
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
    go(place);
  };

  return (
    <div
      ref={(element) => {
        box.current = element;
        return ref(element);
      }}
      className={styles.wall}
      role="grid"
      aria-label="Images"
      aria-rowcount={isOpen ? -1 : layout.rows.length}
      aria-multiselectable
      style={{ height: layout.height }}
      onKeyDown={onKeyDown}
    >
      {shown.map(({ index }) => {
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
