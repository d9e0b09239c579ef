import { useEffect, useLayoutEffect, useRef } from "react";
import type { Line } from "@/acts/lines";

interface FocusKept {
  box: { current: HTMLElement | null };
  line: Line;
  current: number;
  /** What had the focus last is in view, or nearly: the page is not scrolled by what others do. */
  isNear: boolean;
  isBehind: boolean;
  go: (place: number) => void;
}

/** The focus stays in the line when what had it has started, and comes back to it from what lay over it.
 *
 * Gives where to note the place that an image with the focus is moved from: once the move shows, the focus and the page follow it.
 */
export function useFocusKept({ box, line, current, isNear, isBehind, go }: FocusKept) {
  const followedFrom = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (followedFrom.current === null || followedFrom.current === current) return;
    followedFrom.current = null;
    // It exists wherever it stands: its row is kept while it is the current one.
    const row = box.current?.querySelector(`[data-place="${current}"]`);
    row?.querySelector("button")?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }, [box, current]);
  const wasInside = useRef(false);
  const wasBehind = useRef(isBehind);
  const back = useRef(() => {});
  back.current = () => go(current);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the line has changed under the focus
  useEffect(() => {
    const has = document.activeElement;
    if (wasInside.current && isNear && (has === document.body || has === null)) back.current();
  }, [line]);
  useEffect(() => {
    if (wasBehind.current && !isBehind) back.current();
    wasBehind.current = isBehind;
  }, [isBehind]);
  useEffect(() => {
    // Who points elsewhere has left, also where nothing there takes the focus.
    const note = ({ target }: Event) => {
      wasInside.current = target instanceof Node && (box.current?.contains(target) ?? false);
    };
    document.addEventListener("focusin", note);
    document.addEventListener("pointerdown", note);
    return () => {
      document.removeEventListener("focusin", note);
      document.removeEventListener("pointerdown", note);
    };
  }, [box]);
  return followedFrom;
}
