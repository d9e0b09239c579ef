import { useElementSize } from "@mantine/hooks";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ItemView } from "@/api/schema";
import { gridOf, moved, OVERSCAN_ROWS, type Span, spanOf } from "@/pages/wall/grids";
import { Tile, type TileActs } from "@/pages/wall/Tile";
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

/** The tiles of a batch, of which only those in view exist; the whole has its full height from the beginning. */
export function Wall(props: WallProps) {
  const { count, at, ratio, tileWidth, current, isBehind, acts, onSeen, onKey } = props;
  const { ref, width } = useElementSize();
  const box = useRef<HTMLDivElement | null>(null);
  const [top, setTop] = useState(0);
  const height = globalThis.innerHeight;
  const grid = gridOf({ width: Math.max(1, width), height }, tileWidth, ratio, count);
  useLayoutEffect(() => {
    const measure = () => {
      const now = box.current === null ? 0 : box.current.getBoundingClientRect().top + globalThis.scrollY;
      setTop((before) => (Math.abs(now - before) > 1 ? now : before));
    };
    measure();
    // What stands above the wall may grow and shrink; nothing else moves it.
    const page = new ResizeObserver(measure);
    page.observe(document.body);
    return () => page.disconnect();
  }, []);
  const rows = useWindowVirtualizer({
    count: width > 0 ? grid.rows : 0,
    estimateSize: () => grid.rowHeight,
    overscan: OVERSCAN_ROWS,
    scrollMargin: top,
  });
  useEffect(() => {
    if (grid.rowHeight > 0) rows.measure();
  }, [rows, grid.rowHeight]);

  const isPassing = usePassing(rows.isScrolling, rows.scrollOffset ?? 0);
  const shown = rows.getVirtualItems();
  const seen = spanOf({ first: shown[0]?.index ?? 0, last: shown.at(-1)?.index ?? 0 }, grid.columns, count);
  useEffect(() => {
    // What is scrolled past is not worth following: where the scrolling slows down, is.
    if (!isPassing) onSeen({ from: seen.from, to: seen.to });
  }, [onSeen, isPassing, seen.from, seen.to]);

  const currentPlace = useRef(current);
  currentPlace.current = current;
  const go = (place: number) => {
    acts.focus(place);
    rows.scrollToIndex(Math.floor(place / grid.columns), { align: "auto" });
    // The tile may only exist once its row has been scrolled to.
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        box.current?.querySelector<HTMLElement>(`[data-place="${place}"] button`)?.focus({ preventScroll: true }),
      ),
    );
  };
  const latest = useRef(go);
  latest.current = go;
  const wasBehind = useRef(isBehind);
  useEffect(() => {
    if (wasBehind.current && !isBehind) latest.current(currentPlace.current);
    wasBehind.current = isBehind;
  }, [isBehind]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.floor(height / grid.rowHeight);
    const place = moved(event.key, current, { columns: grid.columns, page, count });
    if (place === null ? !onKey(event.key, current) : false) return;
    event.preventDefault();
    if (place !== null) go(place);
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
      aria-rowcount={grid.rows}
      aria-colcount={grid.columns}
      aria-multiselectable
      style={{ height: Math.max(0, rows.getTotalSize() - grid.gap) }}
      onKeyDown={onKeyDown}
    >
      {shown.map((row) => (
        <div
          key={row.index}
          role="row"
          aria-rowindex={row.index + 1}
          className={styles.row}
          style={{
            height: grid.tileHeight,
            gap: grid.gap,
            gridTemplateColumns: `repeat(${grid.columns}, minmax(0, 1fr))`,
            transform: `translateY(${row.start - top}px)`,
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
