import type { BatchFilters } from "@/api/batches";
import type { BatchStatus, BatchView } from "@/api/schema";
import { daysOf } from "@/filters/days";

/** What batches may be filtered by, in the order of the choice. */
export const STATUSES: readonly BatchStatus[] = [
  "running",
  "accepted",
  "scheduled",
  "paused",
  "completed",
  "completed_with_failures",
  "failed",
  "cancelled",
];

/** So many batches are compared at a time. */
export const MOST_CHOSEN = 2;

/** What an address asks of the list. */
export function filtersOf(address: URLSearchParams): BatchFilters {
  const q = address.get("q")?.trim() ?? "";
  const tag = address.get("tag")?.trim() ?? "";
  const model = address.get("model")?.trim() ?? "";
  const { from, to } = daysOf(address);
  const status = STATUSES.find((one) => one === address.get("status"));
  return {
    ...(q !== "" && { q }),
    ...(tag !== "" && { tag }),
    ...(model !== "" && { model }),
    ...(from !== null && { from }),
    ...(to !== null && { to }),
    ...(status !== undefined && { status }),
    ...(address.get("archived") === "true" && { archived: true }),
    ...(address.get("sort") === "oldest" && { sort: "oldest" as const }),
  };
}

/** Whether a list is narrowed, so that an empty one means something else. */
export function isNarrowed(filters: BatchFilters): boolean {
  const { archived: _, sort: __, ...narrowing } = filters;
  return Object.values(narrowing).some((one) => one !== undefined);
}

/** The list as it was read, each batch at its newest, and what was submitted since before it where that belongs there. */
export function listed(read: readonly BatchView[], live: readonly BatchView[], filters: BatchFilters): BatchView[] {
  const newest = new Map(live.map((batch) => [batch.id, batch]));
  const current = read.map((batch) => {
    const known = newest.get(batch.id);
    return known !== undefined && known.revision > batch.revision ? known : batch;
  });
  const isPlain = !isNarrowed(filters) && !filters.archived && filters.sort !== "oldest";
  if (!isPlain) return current.filter((batch) => filters.status === undefined || batch.status === filters.status);
  const there = new Set(read.map((batch) => batch.id));
  const first = read[0]?.created_at ?? "";
  const added = live.filter((batch) => !there.has(batch.id) && batch.created_at >= first && !batch.archived);
  return [...added, ...current.filter((batch) => !batch.archived)];
}

/** A batch's state of affairs in a few words, for its line in the list. */
export function summary(batch: BatchView): string {
  const { total, succeeded } = batch.progress;
  return `${succeeded.toLocaleString()} of ${total.toLocaleString()} ready`;
}
