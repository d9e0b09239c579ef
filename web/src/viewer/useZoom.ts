import { type PointerEvent, type RefObject, useEffect, useRef } from "react";
import {
  type Look,
  lookOf,
  type Point,
  pannedBy,
  type Size,
  toggled,
  type Zoom,
  zoomedBy,
  zoomOf,
} from "@/viewer/zooms";

const WHEEL_SHARE = 0.0022;
const SWIPE_PX = 56;

interface Wanted {
  frame: RefObject<HTMLElement | null>;
  image: Size;
  size: Size;
  look: Look;
  onLook: (look: Look) => void;
  /** A swipe across an image that is shown whole: 1 to the next one, -1 to the one before. */
  onSwipe?: ((step: 1 | -1) => void) | undefined;
}

/** Wheel, pinch, drag and double click on a frame; a swipe where there is nothing to drag. */
export function useZoom({ frame, image, size, look, onLook, onSwipe }: Wanted) {
  const zoom = zoomOf(look, image, size);
  const latest = useRef({ zoom, image, size, onLook });
  latest.current = { zoom, image, size, onLook };
  const pointers = useRef(new Map<number, Point>());
  const swipe = useRef<{ start: Point; pointers: number } | null>(null);

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent) => {
      // The page must neither scroll nor zoom below the image: React's own listeners could not keep it from that.
      event.preventDefault();
      const { zoom, image, size, onLook } = latest.current;
      const factor = Math.exp(-event.deltaY * (event.ctrlKey ? 4 : 1) * WHEEL_SHARE);
      onLook(lookOf(zoomedBy(zoom, factor, fromMiddle(element, event), image, size), image, size));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [frame]);

  const set = (next: Zoom) => onLook(lookOf(next, image, size));

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, pointOf(event));
    const many = pointers.current.size;
    swipe.current = many === 1 && zoom.scale === 1 ? { start: pointOf(event), pointers: 1 } : null;
  };

  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const before = pointers.current.get(event.pointerId);
    if (before === undefined) return;
    const now = pointOf(event);
    const [other] = [...pointers.current].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    pointers.current.set(event.pointerId, now);
    if (other !== undefined) {
      const factor = distance(now, other) / Math.max(1, distance(before, other));
      const middle = fromMiddle(event.currentTarget, {
        clientX: (now.x + other.x) / 2,
        clientY: (now.y + other.y) / 2,
      });
      set(zoomedBy(zoom, factor, middle, image, size));
    } else if (zoom.scale > 1) set(pannedBy(zoom, { x: now.x - before.x, y: now.y - before.y }, image, size));
  };

  const onPointerUp = (event: PointerEvent<HTMLElement>) => {
    pointers.current.delete(event.pointerId);
    const swiped = swipe.current;
    swipe.current = null;
    if (swiped === null || event.type === "pointercancel" || event.pointerType === "mouse") return;
    const across = event.clientX - swiped.start.x;
    const down = event.clientY - swiped.start.y;
    if (Math.abs(across) > SWIPE_PX && Math.abs(across) > 1.5 * Math.abs(down)) onSwipe?.(across < 0 ? 1 : -1);
  };

  return {
    zoom,
    bind: {
      onPointerDown,
      onPointerMove,
      onPointerUp,
      onPointerCancel: onPointerUp,
      onDoubleClick: (event: { clientX: number; clientY: number; currentTarget: HTMLElement }) =>
        set(toggled(zoom, fromMiddle(event.currentTarget, event), image, size)),
    },
  };
}

function pointOf(event: { clientX: number; clientY: number }): Point {
  return { x: event.clientX, y: event.clientY };
}

function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function fromMiddle(element: Element, at: { clientX: number; clientY: number }): Point {
  const box = element.getBoundingClientRect();
  return { x: at.clientX - box.left - box.width / 2, y: at.clientY - box.top - box.height / 2 };
}
