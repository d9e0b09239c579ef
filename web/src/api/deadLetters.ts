import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { DeadLetterFilter, Discard, LettersActed, Requeue } from "@/api/schema";

const PAGE = 50;

/** The key of everything that is read of dead letters. */
export const DEAD_LETTERS = ["dead-letters"] as const;

/** Images that failed for good, page by page, the latest first; or those that were discarded. */
export function useDeadLetterPages(filter: DeadLetterFilter, discarded: boolean, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: [...DEAD_LETTERS, "list", filter, discarded],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filter, discarded, page_size: PAGE, ...(pageParam !== "" && { page_token: pageParam }) };
      return answer(api.GET("/v1/dead-letters", { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next_page_token || undefined,
    enabled,
  });
}

/** Try dead letters again; at most a thousand are looked at in one call. */
export function requeueLetters(body: Requeue, key: string, signal?: AbortSignal): Promise<LettersActed> {
  const header = { "Idempotency-Key": key };
  return answer(api.POST("/v1/dead-letters:requeue", { params: { header }, body, ...(signal && { signal }) }));
}

/** Give dead letters up, with the reason. */
export function discardLetters(body: Discard, key: string, signal?: AbortSignal): Promise<LettersActed> {
  const header = { "Idempotency-Key": key };
  return answer(api.POST("/v1/dead-letters:discard", { params: { header }, body, ...(signal && { signal }) }));
}

/** One image that failed for good, discarded or not, with every try. */
export function useDeadLetter(id: string | null) {
  return useQuery({
    queryKey: [...DEAD_LETTERS, "one", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/v1/dead-letters/{item_id}", { params: { path: { item_id: id ?? "" } }, signal })),
    enabled: id !== null,
  });
}
