import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { BatchRetry, BatchRows, BatchStatus, BatchUpdate, BatchView, Priority, RetryChanges } from "@/api/schema";

/** Which batches are listed, and in which order; days are whole, by the organisation's clocks. */
export interface BatchFilters {
  q?: string;
  status?: BatchStatus;
  tag?: string;
  model?: string;
  from?: string;
  to?: string;
  archived?: boolean;
  sort?: "newest" | "oldest";
}

const PAGE = 50;

/** The key of everything that is read of batches. */
export const BATCHES = ["batches"] as const;

/** The organisation's batches, page by page. */
export function useBatchPages(filters: BatchFilters) {
  return useInfiniteQuery({
    queryKey: [...BATCHES, "list", filters],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filters, page_size: PAGE, page_token: pageParam };
      return answer(api.GET("/v1/batches", { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next_page_token || undefined,
  });
}

/** The rows of a batch as they were accepted, with its defaults; they never change. */
export function useBatchRows(batch: string) {
  return useQuery({
    queryKey: ["rows", batch],
    queryFn: ({ signal }) => answer(api.GET("/v1/batches/{batch_id}/rows", { params: path(batch), signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

const path = (batch: string) => ({ path: { batch_id: batch } });

/** Start no further images; those that run are kept. */
export function pauseBatch(batch: string): Promise<BatchView> {
  return answer(api.POST("/v1/batches/{batch_id}:pause", { params: path(batch) }));
}

export function resumeBatch(batch: string): Promise<BatchView> {
  return answer(api.POST("/v1/batches/{batch_id}:resume", { params: path(batch) }));
}

/** Give up what has not started; what runs and what is done is kept. */
export function cancelBatch(batch: string): Promise<BatchView> {
  return answer(api.POST("/v1/batches/{batch_id}:cancel", { params: path(batch) }));
}

/** Go on in another lane. */
export function promoteBatch(batch: string, priority: Priority): Promise<BatchView> {
  return answer(api.POST("/v1/batches/{batch_id}:promote", { params: path(batch), body: { priority } }));
}

/** Which failed images to try again (none named: all), and what is to be different. */
export interface Retry {
  items?: string[];
  changes?: Partial<RetryChanges>;
}

/** Try failed images again: those that are named, or all. */
export function retryBatch(batch: string, retry: Retry): Promise<BatchView> {
  return answer(api.POST("/v1/batches/{batch_id}:retry", { params: path(batch), body: retry as BatchRetry }));
}

/** Another name, other tags, another budget; put away or taken back. */
export function updateBatch(batch: string, update: Partial<BatchUpdate>): Promise<BatchView> {
  return answer(api.PATCH("/v1/batches/{batch_id}", { params: path(batch), body: update as BatchUpdate }));
}

/** A batch's rows as they were accepted, to be changed and sent again. */
export function readRows(batch: string): Promise<BatchRows> {
  return answer(api.GET("/v1/batches/{batch_id}/rows", { params: path(batch) }));
}

/** The same rows once more, as a batch of its own; `key` makes it happen once. */
export function duplicateBatch(batch: string, key: string) {
  const header = { "Idempotency-Key": key };
  return answer(api.POST("/v1/batches/{batch_id}:duplicate", { params: { ...path(batch), header } }));
}

export function deleteBatch(batch: string): Promise<unknown> {
  return answer(api.DELETE("/v1/batches/{batch_id}", { params: path(batch) }));
}
