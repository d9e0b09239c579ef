import type { MouseEvent } from "react";

/** What can be done with a tile, by its place. */
export interface TileActs {
  open: (place: number) => void;
  choose: (place: number, how: "toggle" | "range") => void;
  focus: (place: number) => void;
}

const THUMBNAIL_EDGE = 300;
const SQUARE = 0.02;

/** Chooses what is clicked where the click asks for that, by its keys or because clicks choose; gives whether it did. */
export function choosesBy(
  { shiftKey, ctrlKey, metaKey }: Pick<MouseEvent, "shiftKey" | "ctrlKey" | "metaKey">,
  place: number,
  isChoosing: boolean,
  acts: TileActs,
): boolean {
  if (!(shiftKey || ctrlKey || metaKey || isChoosing)) return false;
  acts.choose(place, shiftKey ? "range" : "toggle");
  return true;
}

/** Whether a thumbnail, which is square, shows all of a picture as well as it can be seen at this width in CSS pixels. */
export function isThumbnailEnough(shape: { width: number; height: number }, width: number): boolean {
  const isSquare = Math.abs(shape.width / shape.height - 1) < SQUARE;
  return isSquare && width * Math.min(globalThis.devicePixelRatio || 1, 1.5) <= THUMBNAIL_EDGE;
}
