import { answer, api } from "@/api/client";
import type { BatchAccepted, BatchCreate, Estimate } from "@/api/schema";

/** A batch as it is asked for: what is left out takes the API's own default, which the generated types do not say. */
export interface BatchAsked {
  rows: readonly { prompt: string }[];
}

/** What a batch would make, cost and take; nothing is kept or spent. */
export function estimate(body: BatchAsked, signal: AbortSignal): Promise<Estimate> {
  return answer(api.POST("/v1/batches:estimate", { body: body as BatchCreate, signal }));
}

/** Starts a batch, once however often it is sent under one key. */
export function submit(body: BatchAsked, key: string): Promise<BatchAccepted> {
  return answer(api.POST("/v1/batches", { body: body as BatchCreate, params: { header: { "Idempotency-Key": key } } }));
}
