import { answer, api } from "@/api/client";
import type { Batch, BatchesTopic, Item, ItemsTopic } from "@/live/things";
import { room } from "@/live/things";

/** A batch as it is now. Raises a `Problem`. */
export async function readBatch(batch: string, signal: AbortSignal): Promise<Batch> {
  return answer(api.GET("/v1/batches/{batch_id}", { params: { path: { batch_id: batch } }, signal }));
}

/** The items of a window as they are now, with links to their images. Raises a `Problem`. */
export async function readWindow(topic: ItemsTopic, signal: AbortSignal): Promise<Item[]> {
  const size = room(topic);
  if (size === 0) return [];
  const query = { from_index: topic.from, page_size: size, ...(topic.status && { status: topic.status }) };
  const params = { path: { batch_id: topic.batch }, query };
  const page = await answer(api.GET("/v1/batches/{batch_id}/items", { params, signal }));
  return page.items.filter((item) => item.index < topic.to);
}

/** The newest batches in use. Raises a `Problem`. */
export async function readBatches(topic: BatchesTopic, signal: AbortSignal): Promise<Batch[]> {
  const page = await answer(api.GET("/v1/batches", { params: { query: { page_size: topic.limit } }, signal }));
  return page.batches;
}
