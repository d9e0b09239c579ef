import { useInfiniteQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { ItemsMoved, ItemsReorder } from "@/api/schema";

const PAGE = 200;

/** The key of a batch's line. */
export const lineKey = (batch: string) => ["line", batch] as const;

/** What waits of a batch in the order in which it is made, page by page; each page knows when it was asked for. */
export function useLinePages(batch: string, isWanted: boolean) {
  return useInfiniteQuery({
    queryKey: lineKey(batch),
    initialPageParam: "",
    queryFn: async ({ pageParam, signal }) => {
      const askedAt = performance.now();
      const params = { path: { batch_id: batch }, query: { page_size: PAGE, page_token: pageParam } };
      const page = await answer(api.GET("/v1/batches/{batch_id}/line", { params, signal }));
      return { ...page, askedAt };
    },
    getNextPageParam: (page) => page.next_page_token || undefined,
    enabled: isWanted,
    // Who comes back sees it as it is: what starts leaves it every second.
    staleTime: 0,
  });
}

/** Before all others that wait, behind all of them, or right before one of them. */
export type Where = "first" | "last" | { readonly before: string };

/** The service's answer to a move, and when it came: what is asked for from then on has the move in it. */
export interface Moved extends ItemsMoved {
  answeredAt: number;
}

/** Make these images, in this order, elsewhere in the line of their batch. */
export async function moveItems(batch: string, items: readonly string[], where: Where): Promise<Moved> {
  const params = { path: { batch_id: batch } };
  const moved =
    where === "first"
      ? await answer(api.POST("/v1/batches/{batch_id}/items:promote", { params, body: { items: [...items] } }))
      : await answer(api.POST("/v1/batches/{batch_id}/items:reorder", { params, body: bodyOf(items, where) }));
  return { ...moved, answeredAt: performance.now() };
}

function bodyOf(items: readonly string[], where: Exclude<Where, "first">): ItemsReorder {
  const place = where === "last" ? { last: true } : { before: where.before, last: false };
  return { items: [...items], ...place } as ItemsReorder;
}
