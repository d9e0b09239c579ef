import type { BatchView } from "@/api/schema";

const CENT = 10_000;
const ROOM = 1.2;

/** A budget that is likely to be enough: what is set if that is, otherwise the larger of estimate and projection with some room, in whole cents. */
export function suggestedBudget(batch: Pick<BatchView, "cost" | "progress">): number {
  const { spent_micros, estimated_micros, budget_micros } = batch.cost;
  const { total, succeeded } = batch.progress;
  const projected = succeeded > 0 ? (spent_micros / succeeded) * total : 0;
  const enough = Math.ceil((Math.max(estimated_micros, projected) * ROOM) / CENT) * CENT;
  return Math.max(enough, budget_micros ?? 0);
}
