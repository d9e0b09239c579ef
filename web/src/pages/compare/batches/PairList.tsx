import { Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Both } from "@/pages/compare/batches/BatchComparison";
import styles from "@/pages/compare/batches/Batches.module.css";
import { PairRow } from "@/pages/compare/batches/PairRow";
import { type IsPicked, type Pair, type Side, verdictOf } from "@/pages/compare/batches/pairs";
import type { Seen } from "@/pages/compare/batches/useCompared";

interface PairListProps {
  both: Both;
  pairs: readonly Pair[];
  current: string | null;
  isPicked: IsPicked;
  onCurrent: (key: string) => void;
  onChoose: ((pair: Pair, side: Side) => void) | null;
  onMove: (step: 1 | -1) => void;
  onOpen: (pair: Pair) => void;
  onSeen: (seen: Record<Side, Seen>) => void;
}

/** In CSS pixels, with the space to the next one; the style sheet says the same. */
const HEIGHTS = { wide: 340, narrow: 330 } as const;
const OVERSCAN = 2;

/** Pairs under one another, of which only those in view exist. */
export function PairList(props: PairListProps) {
  const { both, pairs, current, isPicked, onCurrent, onChoose, onMove, onOpen, onSeen } = props;
  const isNarrow = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const height = isNarrow ? HEIGHTS.narrow : HEIGHTS.wide;
  const box = useRef<HTMLOListElement>(null);
  const top = useTop(box);
  const rows = useWindowVirtualizer({
    count: pairs.length,
    estimateSize: () => height,
    getItemKey: (at) => pairs[at]?.key ?? at,
    overscan: OVERSCAN,
    scrollMargin: top,
    // What stays at the top and at the foot of the window covers no pair.
    scrollPaddingStart: isNarrow ? 116 : 64,
    scrollPaddingEnd: isNarrow ? 72 : 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: all heights are others when it is
  useEffect(() => rows.measure(), [rows, height]);
  const place = pairs.findIndex((pair) => pair.key === current);
  useFollowed(box, place, current, (at) => rows.scrollToIndex(at, { align: "auto" }));
  const shown = rows.getVirtualItems();
  const seen = shown.flatMap((row) => pairs[row.index] ?? []);
  const spans = { a: spanOf(seen, "a"), b: spanOf(seen, "b") };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same places are nothing new
  useEffect(() => onSeen(spans), [onSeen, spans.a.from, spans.a.to, spans.b.from, spans.b.to]);
  const onKeyDown = (event: KeyboardEvent) => {
    const pair = pairs[place];
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const act: Record<string, () => void> = {
      ArrowDown: () => onMove(1),
      ArrowUp: () => onMove(-1),
      ...(pair !== undefined &&
        onChoose !== null && { ArrowLeft: () => onChoose(pair, "a"), ArrowRight: () => onChoose(pair, "b") }),
    };
    if (act[event.key] === undefined) return;
    event.preventDefault();
    act[event.key]?.();
  };
  if (pairs.length === 0) {
    return (
      <Text c="dimmed" ta="center" py="xl" role="status">
        No pair stands so.
      </Text>
    );
  }
  return (
    <ol
      ref={box}
      className={styles.pairs}
      aria-label="Pairs"
      style={{ height: rows.getTotalSize() }}
      onKeyDown={onKeyDown}
    >
      {shown.map((row) => {
        const pair = pairs[row.index];
        return (
          pair && (
            <PairRow
              key={row.key}
              both={both}
              pair={pair}
              place={row.index}
              count={pairs.length}
              offset={row.start - top}
              isCurrent={pair.key === current}
              verdict={verdictOf(pair, isPicked)}
              isPicked={isPicked}
              onCurrent={onCurrent}
              onChoose={onChoose}
              onOpen={onOpen}
            />
          )
        );
      })}
    </ol>
  );
}

/** Where the list begins on the page. */
function useTop(box: React.RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      const now = box.current === null ? 0 : box.current.getBoundingClientRect().top + globalThis.scrollY;
      setTop((before) => (Math.abs(now - before) > 1 ? now : before));
    };
    measure();
    const page = new ResizeObserver(measure);
    page.observe(document.body);
    return () => page.disconnect();
  }, [box]);
  return top;
}

/** Brings the pair that is chosen by keys into view, and gives it the focus; at the beginning, the one that was looked at. */
function useFollowed(
  box: React.RefObject<HTMLElement | null>,
  place: number,
  key: string | null,
  scrollTo: (place: number) => void,
) {
  const go = useRef(scrollTo);
  go.current = scrollTo;
  const at = useRef(place);
  at.current = place;
  useEffect(() => {
    if (key === null || at.current < 0) return;
    const find = () => box.current?.querySelector<HTMLElement>(`[data-pair="${key}"]`);
    if (find()?.contains(document.activeElement)) return;
    go.current(at.current);
    // The row may only exist once it has been scrolled to.
    const frame = requestAnimationFrame(() =>
      requestAnimationFrame(() => find()?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true })),
    );
    return () => cancelAnimationFrame(frame);
  }, [box, key]);
}

function spanOf(pairs: readonly Pair[], side: Side): Seen {
  const places = pairs.flatMap((pair) => pair[side]?.index ?? []);
  return places.length === 0 ? { from: 0, to: 0 } : { from: Math.min(...places), to: Math.max(...places) + 1 };
}
