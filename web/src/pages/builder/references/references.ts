import type { ReferenceView } from "@/api/schema";

/** A reference picture as the builder knows it. */
export type Reference = ReferenceView;

/** How a reference is carried by drag and drop from the gallery to a row. */
export const DRAGGED = "application/x-fanfold-reference";
export const MEDIA_TYPES = ["image/png", "image/jpeg", "image/webp"] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** The names with one of them at another place; the same ones where there is no such name. */
export function movedTo(names: readonly string[], from: number, to: number): readonly string[] {
  const moved = [...names];
  const [one] = moved.splice(from, 1);
  if (one === undefined) return names;
  moved.splice(to, 0, one);
  return moved;
}
