import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { AssetOutcome, AssetPage, AssetView } from "@/api/schema";

/** Which images are listed, and in which order; days are whole, by the organisation's clocks. */
export interface AssetFilters {
  q?: string;
  model?: string;
  tag?: string;
  batch?: string;
  from?: string;
  to?: string;
  picked?: boolean;
  rating?: number;
  rated?: boolean;
  sort?: "newest" | "oldest";
}

const PAGE = 60;
const LARGE_PAGE = 200;
const FRESH_MS = 60_000;
const MOST_AT_ONCE = 100;

/** The key of everything that is read of images. */
export const ASSETS = ["assets"] as const;
const LISTS = [...ASSETS, "list"] as const;

export const assetKey = (id: string) => [...ASSETS, "one", id] as const;

/** A page of images; a short one with a token has more behind it. */
export function readAssets(
  filters: AssetFilters,
  page: { size?: number; token?: string } = {},
  signal?: AbortSignal,
): Promise<AssetPage> {
  const query = { ...filters, page_size: page.size ?? PAGE, ...(page.token && { page_token: page.token }) };
  return answer(api.GET("/v1/assets", { params: { query }, ...(signal && { signal }) }));
}

/** All images that match, page after page. */
export async function readAllAssets(filters: AssetFilters, signal: AbortSignal): Promise<AssetView[]> {
  const assets: AssetView[] = [];
  let token = "";
  do {
    const page = await readAssets(filters, { size: LARGE_PAGE, token }, signal);
    assets.push(...page.assets);
    token = page.next_page_token;
  } while (token !== "");
  return assets;
}

export function assetPagesQuery(filters: AssetFilters) {
  return infiniteQueryOptions({
    queryKey: [...LISTS, filters],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => readAssets(filters, { token: pageParam }, signal),
    getNextPageParam: (page) => page.next_page_token || undefined,
    // What is worked on stays where it is; who comes back later finds what was made since.
    staleTime: FRESH_MS,
    refetchOnWindowFocus: false,
  });
}

/** The organisation's images, page by page. */
export function useAssetPages(filters: AssetFilters) {
  return useInfiniteQuery(assetPagesQuery(filters));
}

export function assetQuery(id: string) {
  return queryOptions({
    queryKey: assetKey(id),
    queryFn: ({ signal }) => answer(api.GET("/v1/assets/{asset_id}", { params: { path: { asset_id: id } }, signal })),
  });
}

export function useAsset(id: string) {
  return useQuery(assetQuery(id));
}

/** What is to be different of images. */
export type AssetChange =
  | { kind: "tag"; add: string[]; remove: string[] }
  | { kind: "pick"; picked: boolean }
  | { kind: "rate"; rating: number | null }
  | { kind: "delete" };

/** Changes images, a hundred at a time; gives what became of each. */
export async function changeAssets(ids: readonly string[], change: AssetChange): Promise<AssetOutcome[]> {
  const outcomes: AssetOutcome[] = [];
  for (let start = 0; start < ids.length; start += MOST_AT_ONCE)
    outcomes.push(...(await changeSome(ids.slice(start, start + MOST_AT_ONCE), change)).outcomes);
  return outcomes;
}

function changeSome(ids: string[], change: AssetChange) {
  switch (change.kind) {
    case "tag":
      return answer(api.POST("/v1/assets:tag", { body: { ids, add: change.add, remove: change.remove } }));
    case "pick":
      return answer(api.POST("/v1/assets:pick", { body: { ids, picked: change.picked } }));
    case "rate":
      return answer(api.POST("/v1/assets:rate", { body: { ids, rating: change.rating } }));
    case "delete":
      return answer(api.POST("/v1/assets:delete", { body: { ids } }));
  }
}

/** An image as it is after a change; null when it is gone. */
export function changedAsset(asset: AssetView, change: AssetChange): AssetView | null {
  switch (change.kind) {
    case "tag":
      return { ...asset, tags: retagged(asset.tags, change.add, change.remove) };
    case "pick":
      return { ...asset, picked: change.picked };
    case "rate":
      return { ...asset, rating: change.rating };
    case "delete":
      return null;
  }
}

/** Tags without some and with others; upper and lower case are the same, what was written first stays. */
export function retagged(tags: readonly string[], add: readonly string[], remove: readonly string[]): string[] {
  const unwanted = new Set(remove.map((tag) => tag.toLowerCase()));
  const named = new Map<string, string>();
  for (const tag of [...tags, ...add]) {
    const key = tag.toLowerCase();
    if (!unwanted.has(key) && !named.has(key)) named.set(key, tag);
  }
  return [...named.values()];
}

/** Lets everything that is kept of images say what `renew` says of each; null takes one away. */
export function renewAssets(queries: QueryClient, renew: (asset: AssetView) => AssetView | null) {
  queries.setQueriesData<InfiniteData<AssetPage>>({ queryKey: LISTS }, (data) => data && renewedPages(data, renew));
  queries.setQueriesData<AssetView>({ queryKey: [...ASSETS, "one"] }, (asset) => (asset && renew(asset)) ?? asset);
}

function renewedPages(data: InfiniteData<AssetPage>, renew: (asset: AssetView) => AssetView | null) {
  const pages = data.pages.map((page) => ({ ...page, assets: page.assets.flatMap((one) => renew(one) ?? []) }));
  return { ...data, pages };
}

/** Tags of the images that were read, each once, by the alphabet. */
export function knownTags(queries: QueryClient): string[] {
  const lists = queries.getQueriesData<InfiniteData<AssetPage>>({ queryKey: LISTS });
  const tags = lists.flatMap(([, data]) => data?.pages.flatMap((page) => page.assets.flatMap((one) => one.tags)) ?? []);
  return retagged([], tags, []).sort((one, other) => one.localeCompare(other));
}
