import { useEffect, useMemo } from "react";
import { type AssetFilters, useAssetPages } from "@/api/assets";
import type { AssetView } from "@/api/schema";

const NONE: AssetView[] = [];

/** The images of a search, read on until at least `wanted` are there or all are: a short page with a token is no end. */
export function useFilled(filters: AssetFilters, wanted: number) {
  const pages = useAssetPages(filters);
  const { data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = pages;
  const assets = useMemo(() => data?.pages.flatMap((page) => page.assets) ?? NONE, [data]);
  const read = data?.pages.length ?? 0;
  const isShort = assets.length < wanted;
  // biome-ignore lint/correctness/useExhaustiveDependencies: an empty page changes nothing but how many were read
  useEffect(() => {
    if (isShort && hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [isShort, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage, read]);
  return {
    assets,
    hasMore: hasNextPage,
    /** Nothing is known yet. */
    isFirst: pages.isPending || (assets.length === 0 && hasNextPage && !isFetchNextPageError),
    error: assets.length === 0 || isFetchNextPageError ? pages.error : null,
    retry: () => void (isFetchNextPageError ? fetchNextPage() : pages.refetch()),
  };
}
