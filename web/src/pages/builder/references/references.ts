import type { ReferenceView } from "@/api/schema";

/** A reference picture as the builder knows it. */
export type Reference = ReferenceView;

/** How a reference is carried by drag and drop from the gallery to a row. */
export const DRAGGED = "application/x-fanfold-reference";
export const MEDIA_TYPES = ["image/png", "image/jpeg", "image/webp"] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];
