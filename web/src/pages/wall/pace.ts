import type { BatchView } from "@/api/schema";

/** A length of time as people tell it: "40 s", "12 min", "2 h 5 min", "3 days". */
export function lasting(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** Images a minute, as precise as it is worth. */
export function rate(perMinute: number): string {
  const shown = perMinute >= 10 ? Math.round(perMinute) : Math.round(perMinute * 10) / 10;
  return `${shown} a minute`;
}

/** Whether nothing more happens to a batch by itself. */
export function isOver(batch: Pick<BatchView, "status">): boolean {
  return ["completed", "completed_with_failures", "failed", "cancelled"].includes(batch.status);
}

/** How long a batch took from its first image to its end; null while that is not known. */
export function tookSeconds(batch: Pick<BatchView, "started_at" | "finished_at">): number | null {
  if (batch.started_at === null || batch.finished_at === null) return null;
  return Math.max(0, (Date.parse(batch.finished_at) - Date.parse(batch.started_at)) / 1000);
}

/** Why a batch waits and until about when, in words; empty where nothing needs to be said. */
export function whyItWaits(batch: BatchView, now: number = Date.now()): string {
  if (batch.status_reason !== "") return batch.status_reason;
  if (batch.queue.position > 0) {
    const images = batch.queue.position === 1 ? "1 image" : `${batch.queue.position.toLocaleString()} images`;
    const seconds = batch.queue.starts_at === null ? 0 : (Date.parse(batch.queue.starts_at) - now) / 1000;
    const start = seconds > 0 ? `; the next one of this batch starts in about ${lasting(seconds)}` : "";
    return `About ${images} of others in the ${batch.priority} lane go first${start}.`;
  }
  return "";
}

/** Whether a batch stands still because its own budget is reached. */
export function isOutOfBudget(batch: BatchView): boolean {
  return batch.status === "paused" && batch.cost.budget_micros !== null && /budget/i.test(batch.status_reason);
}
