import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { answer, api } from "@/api/client";
import type { ItemStatus, ItemUpdate, ItemView, PlacedItemView } from "@/api/schema";

const PAGE = 200;
const EVERY_FRESH_MS = 60_000;
const NONE: readonly ItemView[] = [];

/** The key of everything that is read of a batch's items. */
export const itemsKey = (batch: string) => ["items", batch] as const;

export const itemKey = (batch: string, item: string) => [...itemsKey(batch), "one", item] as const;

/** One image with all its tries and, while it waits, its place. */
export function readItem(batch: string, item: string, signal: AbortSignal): Promise<PlacedItemView> {
  const params = { path: { batch_id: batch, item_id: item } };
  return answer(api.GET("/v1/batches/{batch_id}/items/{item_id}", { params, signal }));
}

/** One image; `everyMs`: looked at again so often, as its place in the queue is told by no change of its own. */
export function useItem(batch: string, item: string | null, everyMs?: number) {
  return useQuery({
    queryKey: itemKey(batch, item ?? ""),
    queryFn: ({ signal }) => readItem(batch, item ?? "", signal),
    enabled: item !== null,
    refetchInterval: everyMs ?? false,
  });
}

/** The items of one state, page by page in the order of the rows. */
export function useItemPages(batch: string, status: ItemStatus | null) {
  return useInfiniteQuery({
    queryKey: [...itemsKey(batch), "of", status],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => readItems(batch, { status, page_token: pageParam }, signal),
    getNextPageParam: (page) => page.next_page_token || undefined,
    enabled: status !== null,
  });
}

/** Every item of a batch, read on page by page until all are there. */
export function useEveryItem(batch: string) {
  const pages = useInfiniteQuery({
    queryKey: [...itemsKey(batch), "of", "every"],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => readItems(batch, { page_token: pageParam }, signal),
    getNextPageParam: (page) => page.next_page_token || undefined,
    // All pages are read again at once, which is much for a focus that comes back.
    staleTime: EVERY_FRESH_MS,
  });
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = pages;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? NONE, [data]);
  return {
    items,
    /** All of them are there. */
    isWhole: data !== undefined && !hasNextPage,
    isFirst: pages.isPending,
    error: pages.error,
    retry: () => void (pages.isFetchNextPageError ? fetchNextPage() : pages.refetch()),
  };
}

/** A page of items, of one state or of all. */
export function readItems(
  batch: string,
  wanted: { status?: ItemStatus | null; page_token?: string },
  signal?: AbortSignal,
) {
  const query = {
    page_size: PAGE,
    ...(wanted.status && { status: wanted.status }),
    ...(wanted.page_token && { page_token: wanted.page_token }),
  };
  const params = { path: { batch_id: batch }, query };
  return answer(api.GET("/v1/batches/{batch_id}/items", { params, ...(signal && { signal }) }));
}

/** All items of a batch, a page at a time. */
export async function* itemPages(batch: string, signal: AbortSignal): AsyncGenerator<ItemView[]> {
  let page_token = "";
  do {
    const page = await readItems(batch, { page_token }, signal);
    yield page.items;
    page_token = page.next_page_token;
  } while (page_token !== "");
}

/** Change an image that waits; refused when it does not wait any more, or is not at that revision. */
export function updateItem(
  item: Pick<ItemView, "batch" | "id" | "revision">,
  update: Partial<ItemUpdate>,
): Promise<ItemView> {
  const header = { "If-Match": `"${item.revision}"` };
  const path = { batch_id: item.batch, item_id: item.id };
  return answer(
    api.PATCH("/v1/batches/{batch_id}/items/{item_id}", { params: { path, header }, body: update as ItemUpdate }),
  );
}
