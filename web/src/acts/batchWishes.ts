import { useMemo } from "react";
import { type Of, useWished, useWishes, type Wish, wished } from "@/acts/wishes";
import type { BatchUpdate, BatchView, Priority } from "@/api/schema";

const BATCH = "batch";

export const ofBatch = (batch: string): Of => [BATCH, batch];

/** A batch with what this person asked of it. */
export function useWishedBatch(id: string, batch: BatchView | undefined): BatchView | undefined {
  return useWished(ofBatch(id), batch);
}

/** Batches, each with what this person asked of it. */
export function useWishedBatches(batches: readonly BatchView[]): readonly BatchView[] {
  const asked = useWishes([BATCH]);
  return useMemo(() => {
    if (asked.length === 0) return batches;
    const ofOne = (id: string) => asked.filter(({ of }) => of[1] === id).map(({ wish }) => wish as unknown);
    return batches.map((batch) => wished(batch, ofOne(batch.id) as Wish<BatchView>[]));
  }, [batches, asked]);
}

/** What is told is as new as what the act was answered. */
export const isAnswered = (told: BatchView, answer: BatchView) => told.revision >= answer.revision;

// Each looks as the service's own answer to it will, so that nothing changes again when that comes.

export const paused = (batch: BatchView): BatchView => ({
  ...batch,
  status_reason: "Pausing: images that are being made will be kept.",
});

export const resumed = (batch: BatchView): BatchView => ({
  ...batch,
  status_reason: "",
  status: batch.status !== "paused" ? batch.status : batch.started_at === null ? "accepted" : "running",
});

export const cancelled = (batch: BatchView): BatchView => ({
  ...batch,
  status_reason: "Cancelling: images that are being made will be kept.",
});

export const promoted = (batch: BatchView, priority: Priority): BatchView => ({ ...batch, priority });

export const updated = (batch: BatchView, { name, tags, archived }: Partial<BatchUpdate>): BatchView => ({
  ...batch,
  name: name ?? batch.name,
  tags: tags ?? batch.tags,
  archived: archived ?? batch.archived,
});
