import type { BatchView, ItemStatus, ItemView } from "@/api/schema";

export type Batch = BatchView;
export type Item = ItemView;
export type Thing = Batch | Item;

/** What is watched: one batch, a window of a batch's items, or the newest batches of the organisation. */
export type Topic = BatchTopic | ItemsTopic | BatchesTopic;

export interface BatchTopic {
  readonly of: "batch";
  readonly batch: string;
}

/** Items by their place in the batch: from one place up to, not including, another one; at most `MOST` of them. */
export interface ItemsTopic {
  readonly of: "items";
  readonly batch: string;
  readonly from: number;
  readonly to: number;
  readonly status?: ItemStatus | undefined;
}

export interface BatchesTopic {
  readonly of: "batches";
  readonly limit: number;
}

/** The largest page of the API, and of a listener by the store's rules. */
export const MOST = 200;

const ENDED: ReadonlySet<string> = new Set(["completed", "completed_with_failures", "failed", "cancelled"]);

/** Whether a batch or item in this state goes on by itself. */
export function hasEnded(status: string): boolean {
  return ENDED.has(status) || status === "succeeded";
}

export function isItem(thing: Thing): thing is Item {
  return "index" in thing;
}

/** How many items a window may hold. */
export function room(topic: ItemsTopic): number {
  return Math.max(0, Math.min(MOST, topic.to - topic.from));
}

/** Whether an item is in a window now. */
export function isWithin(topic: ItemsTopic, item: Item): boolean {
  const isInPlace = topic.from <= item.index && item.index < topic.to;
  return isInPlace && (topic.status === undefined || item.status === topic.status);
}

/** One name for equal topics. */
export function nameOf(topic: Topic): string {
  switch (topic.of) {
    case "batch":
      return `batch ${topic.batch}`;
    case "items":
      return `items ${topic.batch} ${topic.from} ${topic.to} ${topic.status ?? ""}`;
    case "batches":
      return `batches ${topic.limit}`;
  }
}
