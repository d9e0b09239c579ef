import { VisuallyHidden } from "@mantine/core";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Line, type Move, movedIn, moveTo, stepOf } from "@/acts/lines";
import { useLineActs } from "@/acts/useLineActs";
import type { ItemView } from "@/api/schema";
import { count as counted, figure } from "@/design/formats";
import { useGridBox } from "@/grid/useGridBox";
import { useGridRows } from "@/grid/useGridRows";
import { moved, type Span } from "@/pages/wall/grids";
import styles from "@/pages/wall/line/Line.module.css";
import { LineRow, type LineRowActs, type Way } from "@/pages/wall/line/LineRow";
import { useFocusKept } from "@/pages/wall/line/useFocusKept";
import { useLineDrag } from "@/pages/wall/line/useLineDrag";
import { useLineShortcuts } from "@/pages/wall/line/useLineShortcuts";

interface WaitingLineProps {
  batch: string;
  line: Line;
  /** How many rows there are, read or not. */
  count: number;
  at: (place: number) => ItemView | undefined;
  canMove: boolean;
  chosen: readonly string[];
  isChoosing: boolean;
  /** Something lies over the line; what was looked at there has the focus afterwards. */
  isBehind: boolean;
  onOpen: (place: number) => void;
  onChoose: (place: number, how: "toggle" | "range") => void;
  onClear: () => void;
  onSeen: (span: Span) => void;
}

const NARROW = 768;
const HEIGHTS = { narrow: 64, wide: 44 } as const;
const OVERSCAN = 8;
const COVERED = { above: 72, below: 92 };

/** What waits of a batch in the order in which it is made, to be moved by those who may. */
export function WaitingLine(props: WaitingLineProps) {
  const { batch, line, count, at, canMove, chosen, isChoosing, isBehind, onSeen, onClear } = props;
  const box = useGridBox();
  const rowHeight = globalThis.innerWidth <= NARROW ? HEIGHTS.narrow : HEIGHTS.wide;
  const places = useMemo(() => placesOf(line), [line]);
  const [focused, setFocused] = useState({ id: "", place: 0 });
  const current = Math.min(places.get(focused.id) ?? focused.place, Math.max(0, count - 1));
  const rows = useGridRows({
    box,
    count: box.width > 0 ? count : 0,
    heightOf: useCallback(() => rowHeight, [rowHeight]),
    rowOf: (place) => place,
    current,
    overscan: OVERSCAN,
    covered: COVERED,
    onFocus: (place) => setFocused({ id: at(place)?.id ?? "", place }),
  });
  const { first, last } = rows.near;
  useEffect(() => onSeen({ from: first, to: last + 1 }), [onSeen, first, last]);
  const isNear = first <= current && current <= last;
  const followedFrom = useFocusKept({ box: box.element, line, current, isNear, isBehind, go: rows.go });

  const lineActs = useLineActs(batch);
  const [told, setTold] = useState("");
  const number = useCallback((id: string) => line.items.findIndex((item) => item.id === id) + 1, [line]);
  const move = (wanted: Move | null, followed?: string) => {
    if (wanted === null || !canMove) return;
    lineActs.move(wanted);
    const after = movedIn(line, wanted).items;
    const [one = ""] = wanted.items;
    const place = after.findIndex((item) => item.id === (followed ?? one));
    setTold(place < 0 ? "Last of all that wait." : `Number ${figure(place + 1)} of ${figure(line.total)}.`);
    followedFrom.current = followed === undefined ? null : current;
  };
  const areChosen = useMemo(() => new Set(chosen), [chosen]);
  const movingWith = (item: ItemView) =>
    areChosen.has(item.id) ? line.items.flatMap(({ id }) => (areChosen.has(id) ? [id] : [])) : [item.id];
  const way = (item: ItemView, to: Way, followed?: string) => {
    const ids = movingWith(item);
    if (to === "first") move(moveTo(line, ids, 0), followed);
    else if (to === "last") move(lastOf(line, ids), followed);
    else move(stepOf(line, item.id, to === "up" ? -1 : 1), followed);
  };
  const drag = useLineDrag({ line, element: box.element, rowHeight, movingWith, onMove: move });
  useLineShortcuts(canMove);

  const latest = useRef({ ...props, places, way, drag });
  latest.current = { ...props, places, way, drag };
  const acts = useMemo<LineRowActs>(() => {
    const placed = (item: ItemView) => latest.current.places.get(item.id) ?? 0;
    return {
      open: (item) => latest.current.onOpen(placed(item)),
      choose: (item, how) => latest.current.onChoose(placed(item), how),
      focus: (item) => setFocused({ id: item.id, place: placed(item) }),
      go: (item, to) => latest.current.way(item, to),
      drag: (item, event) => latest.current.drag.start(item, event),
    };
  }, []);

  const act = (event: KeyboardEvent): boolean => {
    const item = at(current);
    if (event.key === "Escape") onClear();
    else if (!canMove || item === undefined || number(item.id) === 0) return false;
    else if (event.key.toLowerCase() === "x") acts.choose(item, "toggle");
    else return movesBy(event, item);
    return true;
  };
  const movesBy = (event: KeyboardEvent, item: ItemView): boolean => {
    const wanted = KEYS[event.altKey ? `Alt${event.key}` : event.key.toLowerCase()];
    if (wanted !== undefined) way(item, wanted, item.id);
    return wanted !== undefined;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // What a row opens over the page, as its menu, has keys of its own.
    if (event.ctrlKey || event.metaKey || !event.currentTarget.contains(event.target as Node)) return;
    const place = event.altKey ? null : moved(event.key, current, { columns: 1, page: PAGE_ROWS, count });
    if (place !== null) rows.go(place);
    if (place !== null || act(event)) event.preventDefault();
  };

  return (
    <>
      <p className={styles.summary}>
        {summaryOf(line).map((words) => (
          <span key={words}>{words}</span>
        ))}
      </p>
      <div
        ref={box.ref}
        className={styles.line}
        style={{ height: rows.height }}
        onKeyDown={onKeyDown}
        onDragOver={drag.over}
        onDrop={drag.drop}
      >
        <ul className={styles.rows} aria-label="Images that wait, in the order in which they are made">
          {rows.shown.map(({ index, start }) => {
            const item = at(index);
            return (
              <LineRow
                key={item?.id ?? index}
                item={item}
                place={index}
                number={item === undefined ? null : number(item.id) || null}
                count={count}
                top={start - box.top}
                canMove={canMove}
                isChosen={item !== undefined && areChosen.has(item.id)}
                isChoosing={isChoosing}
                isCurrent={index === current}
                isDragged={item !== undefined && drag.ids.includes(item.id)}
                acts={acts}
              />
            );
          })}
        </ul>
        {drag.landing !== null && (
          <div className={styles.landing} style={{ transform: `translateY(${drag.landing * rowHeight}px)` }} />
        )}
      </div>
      <VisuallyHidden role="status">{told}</VisuallyHidden>
    </>
  );
}

const PAGE_ROWS = 10;
const KEYS: Record<string, Way> = { f: "first", l: "last", AltArrowUp: "up", AltArrowDown: "down" };

function lastOf(line: Line, ids: readonly string[]): Move | null {
  return line.isWhole ? moveTo(line, ids, line.items.length) : { items: ids, where: "last" };
}

function placesOf(line: Line): ReadonlyMap<string, number> {
  return new Map([...line.sent, ...line.items, ...(line.isWhole ? line.resting : [])].map(({ id }, at) => [id, at]));
}

/** How many wait, and for what. */
function summaryOf(line: Line): string[] {
  return [
    `${counted(line.total, "image")} in line, the first one is made first`,
    ...(line.sentTotal > 0 ? [`${figure(line.sentTotal)} on their way, which start next`] : []),
    ...(line.restingTotal > 0 ? [`${figure(line.restingTotal)} later, after a pause before the next try`] : []),
  ];
}
