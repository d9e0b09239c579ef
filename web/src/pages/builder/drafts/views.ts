import type { Batch } from "../sheets";

/** How a draft stands: `changed` by another tab or device, or `gone` because one submitted or deleted it. */
export type DraftState = "new" | "unsaved" | "here" | "saved" | "changed" | "gone" | "failed";

export interface DraftView {
  state: DraftState;
  /** Counts the times that it was opened anew: another tab's version takes the place of this one. */
  opened: number;
  /** The batch as it was opened; null for a new one. */
  batch: Batch | null;
}
