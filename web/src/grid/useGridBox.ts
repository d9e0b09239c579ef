import { useElementSize } from "@mantine/hooks";
import { type RefCallback, type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";

export interface GridBox {
  /** For the element that holds the rows. */
  ref: RefCallback<HTMLDivElement>;
  element: RefObject<HTMLDivElement | null>;
  /** In CSS pixels; 0 until it is measured. */
  width: number;
  /** From the top of the page, in CSS pixels. */
  top: number;
}

/** Where a grid stands on its page, and how wide it is. */
export function useGridBox(): GridBox {
  const { ref: sized, width } = useElementSize<HTMLDivElement>();
  const element = useRef<HTMLDivElement | null>(null);
  const [top, setTop] = useState(0);
  const ref = useCallback<RefCallback<HTMLDivElement>>(
    (found) => {
      element.current = found;
      return sized(found);
    },
    [sized],
  );
  useLayoutEffect(() => {
    const measure = () => {
      const now = element.current === null ? 0 : element.current.getBoundingClientRect().top + globalThis.scrollY;
      setTop((before) => (Math.abs(now - before) > 1 ? now : before));
    };
    measure();
    // What stands above the grid may grow and shrink; nothing else moves it.
    const page = new ResizeObserver(measure);
    page.observe(document.body);
    return () => page.disconnect();
  }, []);
  return { ref, element, width, top };
}
