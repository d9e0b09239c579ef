import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { ASSETS, type AssetFilters, readAssets } from "@/api/assets";
import type { AssetView } from "@/api/schema";
import { filtersOf, type LibraryView } from "@/pages/library/addresses";
import { useFilled } from "@/pages/library/useFilled";

/** The images before and behind one in a view; null at its ends. */
export interface Neighbours {
  previous: string | null;
  next: string | null;
}

const NONE: Neighbours = { previous: null, next: null };
const AHEAD = 12;
const MOST_PAGES = 5;

/** An image that the list of a view knows already, and what stands beside an image in that view. */
export function useNeighbours(view: LibraryView, id: string, asset: AssetView | undefined) {
  const filters = useMemo(() => filtersOf(view), [view]);
  const { assets, isFirst } = useListed(filters, id);
  const place = assets.findIndex((one) => one.id === id);
  const beside = useQuery({
    queryKey: [...ASSETS, "beside", filters, id],
    queryFn: ({ signal }) => (asset === undefined ? NONE : readBeside(filters, asset, signal)),
    enabled: asset !== undefined && place < 0 && !isFirst,
  });
  if (place < 0) return { listed: undefined, neighbours: beside.data ?? NONE };
  const neighbours = { previous: assets[place - 1]?.id ?? null, next: assets[place + 1]?.id ?? null };
  return { listed: assets[place], neighbours };
}

/** The list as far as it was read, read on where the image stands near its end. */
function useListed(filters: AssetFilters, id: string) {
  const { assets } = useFilled(filters, 1);
  const place = assets.findIndex((one) => one.id === id);
  return useFilled(filters, place < 0 ? 1 : place + AHEAD);
}

/** What stands beside an image that a list was not read on to: found by when it was made. */
export async function readBeside(filters: AssetFilters, asset: AssetView, signal?: AbortSignal): Promise<Neighbours> {
  const at = asset.created_at;
  const [newer, older] = await Promise.all([
    isAfter(at, filters.to) ? null : other({ ...filters, from: at, sort: "oldest" }, asset.id, signal),
    isAfter(filters.from, at) ? null : other({ ...filters, to: at, sort: "newest" }, asset.id, signal),
  ]);
  return filters.sort === "oldest" ? { previous: older, next: newer } : { previous: newer, next: older };
}

/** The first image but this one; null where a few pages hold none. */
async function other(filters: AssetFilters, id: string, signal?: AbortSignal): Promise<string | null> {
  let token = "";
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { assets, next_page_token } = await readAssets(filters, { size: 3, token }, signal);
    const found = assets.find((one) => one.id !== id);
    if (found !== undefined) return found.id;
    if (next_page_token === "") return null;
    token = next_page_token;
  }
  return null;
}

function isAfter(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && Date.parse(one) > Date.parse(other);
}
