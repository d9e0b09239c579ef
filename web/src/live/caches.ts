import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { BatchPage, ItemPage } from "@/api/schema";
import { newer } from "@/live/revisions";
import { type Batch, type Item, isItem, type Thing } from "@/live/things";

/** What was told live goes into what was read before, so that every page shows the same; only ever forwards. */
export function keep(queries: QueryClient, things: readonly Thing[]) {
  const batches = new Map<string, Batch>();
  const items = new Map<string, Item>();
  for (const thing of things) {
    if (isItem(thing)) items.set(thing.id, thing);
    else batches.set(thing.id, thing);
  }
  if (batches.size > 0) keepBatches(queries, batches);
  if (items.size > 0) keepItems(queries, items);
}

function keepBatches(queries: QueryClient, told: ReadonlyMap<string, Batch>) {
  for (const batch of told.values()) {
    queries.setQueryData<Batch>(["batches", "one", batch.id], (known) => known && newer(known, batch));
  }
  queries.setQueriesData<InfiniteData<BatchPage>>({ queryKey: ["batches", "list"] }, (known) =>
    inPages(known, (page) => ({ ...page, batches: renewed(page.batches, told) })),
  );
}

function keepItems(queries: QueryClient, told: ReadonlyMap<string, Item>) {
  for (const item of told.values()) {
    // One item that was asked for by itself has its place in the queue, too: it is read again.
    const queryKey = ["items", item.batch, "one", item.id];
    const known = queries.getQueryData<Item>(queryKey);
    if (known !== undefined && known.revision < item.revision) void queries.invalidateQueries({ queryKey });
  }
  for (const batch of new Set([...told.values()].map((item) => item.batch))) {
    queries.setQueriesData<InfiniteData<ItemPage>>({ queryKey: ["items", batch, "of"] }, (known) =>
      inPages(known, (page) => ({ ...page, items: renewed(page.items, told) })),
    );
  }
}

function inPages<P>(known: InfiniteData<P> | undefined, renew: (page: P) => P): InfiniteData<P> | undefined {
  return known && { ...known, pages: known.pages.map(renew) };
}

function renewed<T extends Thing>(known: readonly T[], told: ReadonlyMap<string, T>): T[] {
  return known.map((thing) => {
    const later = told.get(thing.id);
    return later === undefined ? thing : newer(thing, later);
  });
}
