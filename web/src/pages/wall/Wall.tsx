import { type KeyboardEvent, useCallback, useEffect, useRef } from "react";
import type { ItemView } from "@/api/schema";
import type { TileActs } from "@/grid/tiles";
import { useGridBox } from "@/grid/useGridBox";
import { useGridRows } from "@/grid/useGridRows";
import { gridOf, moved, OVERSCAN_ROWS, type Span, spanOf } from "@/pages/wall/grids";
import { Tile } from "@/pages/wall/Tile";
import styles from "@/pages/wall/Wall.module.css";

interface WallProps {
  count: number;
  at: (place: number) => ItemView | undefined;
  /** Width by height of every tile. */
  ratio: number;
  tileWidth: number;
  current: number;
  isChosen: (item: ItemView | undefined) => boolean;
  isPicked: (item: ItemView | undefined) => boolean;
  isChoosing: boolean;
  /** Something lies over the wall; what was looked at there has the focus afterwards. */
  isBehind: boolean;
  acts: TileActs;
  /** What is in view, with a little more on both sides. */
  onSeen: (span: Span) => void;
  /** Keys that do not move: what to do with the tile that has the focus. */
  onKey: (key: string, place: number) => boolean;
}

const FAST_PX_A_MS = 2.5;
// The filters above, the acts on what is chosen or a phone's navigation below.
const COVERED = { above: 72, below: 92 };

/** The tiles of a batch, of which only those in view exist; the whole has its full height from the beginning. */
export function Wall(props: WallProps) {
  const { count, at, ratio, tileWidth, current, isBehind, acts, onSeen, onKey } = props;
  const box = useGridBox();
  const height = globalThis.innerHeight;
  const grid = gridOf({ width: Math.max(1, box.width), height }, tileWidth, ratio, count);
  const { rowHeight } = grid;
  const rows = useGridRows({
    box,
    count: box.width > 0 ? grid.rows : 0,
    heightOf: useCallback(() => rowHeight, [rowHeight]),
    rowOf: (place) => Math.floor(place / grid.columns),
    current,
    overscan: OVERSCAN_ROWS,
    covered: COVERED,
    onFocus: acts.focus,
  });
  const isPassing = usePassing(rows.isScrolling, rows.offset);
  const seen = spanOf(rows.near, grid.columns, count);
  useEffect(() => {
    // What is scrolled past is not worth following: where the scrolling slows down, is.
    if (!isPassing) onSeen({ from: seen.from, to: seen.to });
  }, [onSeen, isPassing, seen.from, seen.to]);

  const comeBack = useRef(() => {});
  comeBack.current = () => rows.go(current);
  const wasBehind = useRef(isBehind);
  useEffect(() => {
    if (wasBehind.current && !isBehind) comeBack.current();
    wasBehind.current = isBehind;
  }, [isBehind]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.floor(height / grid.rowHeight);
    const place = moved(event.key, current, { columns: grid.columns, page, count });
    if (place === null ? !onKey(event.key, current) : false) return;
    event.preventDefault();
    if (place !== null) rows.go(place);
  };

  return (
    <div
      ref={box.ref}
      className={styles.wall}
      role="grid"
      aria-label="Images"
      aria-rowcount={grid.rows}
      aria-colcount={grid.columns}
      aria-multiselectable
      style={{ height: Math.max(0, rows.height - grid.gap) }}
      onKeyDown={onKeyDown}
    >
      {rows.shown.map((row) => (
        <div
          key={row.index}
          role="row"
          aria-rowindex={row.index + 1}
          className={styles.row}
          style={{
            height: grid.tileHeight,
            gap: grid.gap,
            gridTemplateColumns: `repeat(${grid.columns}, minmax(0, 1fr))`,
            transform: `translateY(${row.start - box.top}px)`,
          }}
        >
          {placesOf(row.index, grid.columns, count).map((place) => {
            const item = at(place);
            return (
              <Tile
                key={place}
                item={item}
                place={place}
                width={grid.tileWidth}
                ratio={ratio}
                isChosen={props.isChosen(item)}
                isPicked={props.isPicked(item)}
                isCurrent={place === current}
                isChoosing={props.isChoosing}
                isPassing={isPassing}
                acts={acts}
              />
            );
          })}
        </div>
      ))}
    </div>
  );
}

/** Whether the wall is scrolled so fast that nobody sees an image. */
function usePassing(isScrolling: boolean, offset: number): boolean {
  const last = useRef({ offset, at: 0, isFast: false });
  const at = performance.now();
  const { current } = last;
  if (offset !== current.offset) {
    const speed = Math.abs(offset - current.offset) / Math.max(1, at - current.at);
    last.current = { offset, at, isFast: speed > FAST_PX_A_MS };
  }
  return isScrolling && last.current.isFast;
}

function placesOf(row: number, columns: number, count: number): number[] {
  const first = row * columns;
  return Array.from({ length: Math.max(0, Math.min(columns, count - first)) }, (_, at) => first + at);
}
