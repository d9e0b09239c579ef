import { type DragEvent, type RefObject, useEffect, useState } from "react";
import { type Line, type Move, moveTo } from "@/acts/lines";
import type { ItemView } from "@/api/schema";

interface LineDragWanted {
  line: Line;
  /** The element that holds the rows. */
  element: RefObject<HTMLElement | null>;
  rowHeight: number;
  /** What moves with an image: all that are chosen where it is one of them. */
  movingWith: (item: ItemView) => readonly string[];
  onMove: (move: Move) => void;
}

/** Images that are dragged by their handles, and between which two they would land now. */
export function useLineDrag({ line, element, rowHeight, movingWith, onMove }: LineDragWanted) {
  const [dragged, setDragged] = useState<{ ids: readonly string[]; at: number | null } | null>(null);
  useEffect(() => {
    // Also where the row that was taken has left the page meanwhile.
    const end = () => setDragged(null);
    globalThis.addEventListener("dragend", end);
    globalThis.addEventListener("drop", end);
    return () => {
      globalThis.removeEventListener("dragend", end);
      globalThis.removeEventListener("drop", end);
    };
  }, []);
  const placeUnder = (event: DragEvent) => {
    const top = element.current?.getBoundingClientRect().top ?? 0;
    const place = Math.round((event.clientY - top) / rowHeight) - line.sent.length;
    return Math.min(line.items.length, Math.max(0, place));
  };
  return {
    ids: dragged?.ids ?? NONE,
    /** Above which row of all that are shown it would land; null while nothing is dragged over the line. */
    landing: dragged === null || dragged.at === null ? null : dragged.at + line.sent.length,
    start: (item: ItemView, event: DragEvent) => {
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", item.prompt);
      const row = (event.target as Element).closest("li");
      if (row !== null) event.dataTransfer.setDragImage(row, 40, 22);
      setDragged({ ids: movingWith(item), at: null });
    },
    over: (event: DragEvent) => {
      if (dragged === null) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "move";
      const at = placeUnder(event);
      if (at !== dragged.at) setDragged({ ...dragged, at });
    },
    drop: (event: DragEvent) => {
      if (dragged === null) return;
      event.preventDefault();
      const move = moveTo(line, dragged.ids, placeUnder(event));
      if (move !== null) onMove(move);
    },
  };
}

const NONE: readonly string[] = [];
