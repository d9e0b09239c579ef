import type { ItemStatus, ProgressView } from "@/api/schema";

/** What the wall shows: all, images of one state, or the winners. */
export type WallFilter = "all" | ItemStatus | "picked";

export const WALL_FILTERS: readonly WallFilter[] = [
  "all",
  "succeeded",
  "running",
  "pending",
  "failed",
  "cancelled",
  "picked",
];

export const FILTER_WORDS: Record<WallFilter, string> = {
  all: "All",
  succeeded: "Ready",
  running: "Being made",
  pending: "Waiting",
  failed: "Failed",
  cancelled: "Cancelled",
  picked: "Picked",
};

/** The filter that an address names; all where it names none that exists. */
export function filterOf(address: URLSearchParams): WallFilter {
  const said = address.get("show");
  return WALL_FILTERS.find((filter) => filter === said) ?? "all";
}

/** How many tiles a filter shows; null where the counts do not tell. */
export function countOf(filter: WallFilter, progress: ProgressView): number | null {
  if (filter === "picked") return null;
  return filter === "all" ? progress.total : progress[filter];
}
