import { defaultRangeExtractor, type Range, useWindowVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { useCallback, useLayoutEffect, useRef } from "react";
import type { GridBox } from "@/grid/useGridBox";

interface GridRowsWanted {
  box: GridBox;
  count: number;
  /** From the top of a row to the top of the next; another function where rows have other heights. */
  heightOf: (row: number) => number;
  rowOf: (place: number) => number;
  /** The place that takes the focus: its row stays, however far it is scrolled away, so that the focus does. */
  current: number;
  /** Rows kept ready above and below what is seen. */
  overscan: number;
  /** What lies over the page at its top and bottom, in CSS pixels. */
  covered?: { above: number; below: number };
  /** The focus goes to this place. */
  onFocus: (place: number) => void;
}

export interface GridRows {
  /** The rows that exist: those in view, a few more, and the one with the focus. */
  shown: readonly VirtualItem[];
  /** Those of them that are in view, or nearly. */
  near: { first: number; last: number };
  height: number;
  isScrolling: boolean;
  /** How far the page is scrolled, in CSS pixels. */
  offset: number;
  /** Bring a place into view and give it the focus. */
  go: (place: number, align?: "auto" | "center") => void;
}

/** The rows of a grid as high as the page is scrolled by, of which only those in view exist. */
export function useGridRows(wanted: GridRowsWanted): GridRows {
  const { box, count, heightOf, rowOf, current, overscan, covered, onFocus } = wanted;
  const kept = count > 0 ? Math.min(rowOf(current), count - 1) : -1;
  const rangeExtractor = useCallback(
    (range: Range) => {
      const near = defaultRangeExtractor(range);
      if (kept < 0 || near.includes(kept)) return near;
      return kept < (near[0] ?? 0) ? [kept, ...near] : [...near, kept];
    },
    [kept],
  );
  const rows = useWindowVirtualizer({
    count,
    estimateSize: heightOf,
    overscan,
    rangeExtractor,
    scrollMargin: box.top,
    scrollPaddingStart: covered?.above ?? 0,
    scrollPaddingEnd: covered?.below ?? 0,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows that have other heights stand elsewhere
  useLayoutEffect(() => rows.measure(), [rows, heightOf]);
  const shown = rows.getVirtualItems();
  const { startIndex, endIndex } = rows.range ?? { startIndex: 0, endIndex: -1 };

  const last = useRef(current);
  const go = (place: number, align: "auto" | "center" = "auto") => {
    last.current = place;
    onFocus(place);
    rows.scrollToIndex(Math.min(rowOf(place), count - 1), { align });
    // The tile may only exist once its row has been scrolled to.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        // Keys that are held lead on faster than frames come: only where they led last has the focus.
        if (last.current !== place) return;
        const tile = box.element.current?.querySelector(`[data-place="${place}"]`);
        tile?.querySelector<HTMLElement>("a, button")?.focus({ preventScroll: true });
      }),
    );
  };
  return {
    shown,
    near: { first: Math.max(0, startIndex - overscan), last: Math.min(count - 1, endIndex + overscan) },
    height: rows.getTotalSize(),
    isScrolling: rows.isScrolling,
    offset: rows.scrollOffset ?? 0,
    go,
  };
}
