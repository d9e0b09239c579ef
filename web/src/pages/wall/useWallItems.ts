import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { Line } from "@/acts/lines";
import { itemsKey, useItemPages } from "@/api/items";
import { usePickedPages } from "@/api/picks";
import type { Problem } from "@/api/problems";
import type { AssetView, BatchView, ItemView } from "@/api/schema";
import { useLiveItems } from "@/live/useLive";
import type { WallFilter } from "@/pages/wall/filters";
import { MOST_WATCHED, type Span } from "@/pages/wall/grids";
import { useLine } from "@/pages/wall/line/useLine";

/** What the wall shows, by place. */
export interface WallItems {
  /** How many tiles there are. */
  count: number;
  /** Undefined while it is not known yet. */
  at: (place: number) => ItemView | undefined;
  /** Whether an item's place is its `index` in the batch. */
  isWhole: boolean;
  /** How far it is known which item stands where; more comes when it is wanted. */
  known: readonly ItemView[];
  isReady: boolean;
  problem: Problem | undefined;
  /** What waits, in its order, where that is shown. */
  line?: Line | undefined;
}

const NONE: Span = { from: 0, to: 0 };

/** The items that a filter shows, the ones in `span` watched live. */
export function useWallItems(batch: BatchView, filter: WallFilter, span: Span): WallItems {
  const all = useAll(batch, filter === "all" ? span : NONE);
  const isOfState = filter !== "all" && filter !== "picked" && filter !== "pending";
  const some = useOfState(batch, isOfState ? filter : null, span);
  const waiting = useWaiting(batch, filter === "pending", span);
  const picked = usePicked(batch, filter === "picked", span);
  if (filter === "all") return all;
  if (filter === "pending") return waiting;
  return filter === "picked" ? picked : some;
}

/** What waits, in the order in which it is made. */
function useWaiting(batch: BatchView, isWanted: boolean, span: Span): WallItems {
  const { line, pages } = useLine(batch, isWanted);
  const known = useMemo(
    () => (line === undefined ? [] : [...line.sent, ...line.items, ...(line.isWhole ? line.resting : [])]),
    [line],
  );
  useMore(pages, isWanted && span.to > known.length - MOST_WATCHED / 2);
  const beyond = line === undefined || line.isWhole ? 0 : Math.max(0, line.total - line.items.length);
  return {
    count: known.length + beyond + (line?.isWhole === false ? line.resting.length : 0),
    at: (place) => known[place],
    isWhole: false,
    known,
    isReady: pages.data !== undefined,
    problem: pages.isError ? (pages.error as Problem) : undefined,
    line,
  };
}

/** Every item by its place in the batch; those that were seen before stay known while others are watched. */
function useAll(batch: BatchView, span: Span): WallItems {
  const live = useLiveItems(batch.id, span);
  const seen = useRef({ batch: batch.id, items: new Map<number, ItemView>() });
  if (seen.current.batch !== batch.id) seen.current = { batch: batch.id, items: new Map() };
  const { items } = seen.current;
  for (const item of live.data ?? []) {
    const before = items.get(item.index);
    if (before === undefined || item.revision >= before.revision) items.set(item.index, item);
  }
  const { data } = live;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is known has changed when the data did
  const at = useCallback((place: number) => items.get(place), [items, data]);
  return {
    count: batch.progress.total,
    at,
    isWhole: true,
    known: live.data ?? [],
    isReady: data !== undefined,
    problem: live.state === "failed" ? live.problem : undefined,
  };
}

/** The items of one state: the first ones live, the others page by page. */
function useOfState(batch: BatchView, status: ItemView["status"] | null, span: Span): WallItems {
  const queries = useQueryClient();
  const total = status === null ? 0 : batch.progress.total;
  const told = status === null ? 0 : batch.progress[status];
  const live = useLiveItems(batch.id, { from: 0, to: total, ...(status !== null && { status }) });
  const isLong = told > MOST_WATCHED;
  const pages = useItemPages(batch.id, isLong ? status : null);
  const listed = pages.data?.pages.flatMap((page) => page.items).filter((item) => item.status === status) ?? [];
  const first = live.data ?? [];
  const last = first.at(-1)?.index ?? -1;
  const known = isLong ? [...first, ...listed.filter((item) => item.index > last)] : first;
  useMore(pages, isLong && span.to > known.length - MOST_WATCHED / 2);
  // What left this state, or came to it, beyond the first page is read again when the count tells.
  const lastTold = useRef(told);
  useEffect(() => {
    if (lastTold.current === told) return;
    lastTold.current = told;
    if (isLong) void queries.invalidateQueries({ queryKey: [...itemsKey(batch.id), "of", status] });
  }, [queries, batch.id, status, told, isLong]);
  return {
    count: isLong && pages.hasNextPage ? Math.max(told, known.length) : known.length,
    at: (place) => known[place],
    isWhole: false,
    known,
    isReady: live.data !== undefined,
    problem: live.state === "failed" ? live.problem : undefined,
  };
}

/** The winners, as items that succeeded. */
function usePicked(batch: BatchView, isWanted: boolean, span: Span): WallItems {
  const pages = usePickedPages(batch.id, isWanted);
  const known = pages.data?.pages.flatMap((page) => page.assets.map(itemOf)) ?? [];
  useMore(pages, isWanted && span.to > known.length - MOST_WATCHED / 2);
  return {
    count: known.length,
    at: (place) => known[place],
    isWhole: false,
    known,
    isReady: pages.data !== undefined,
    problem: pages.isError ? (pages.error as Problem) : undefined,
  };
}

interface Pages {
  hasNextPage: boolean;
  isFetching: boolean;
  fetchNextPage: () => Promise<unknown>;
}

function useMore({ hasNextPage, isFetching, fetchNextPage }: Pages, isWanted: boolean) {
  useEffect(() => {
    if (isWanted && hasNextPage && !isFetching) void fetchNextPage();
  }, [isWanted, hasNextPage, isFetching, fetchNextPage]);
}

/** A finished image as the item that it was made by, as far as an image tells. */
export function itemOf(asset: AssetView): ItemView {
  const { recipe } = asset;
  return {
    id: asset.item,
    batch: asset.batch,
    index: asset.index ?? asset.row,
    row: asset.row,
    variant: asset.variant,
    kind: "image",
    status: "succeeded",
    prompt: asset.prompt,
    model: asset.model,
    provider: asset.provider,
    seed: asset.seed,
    strength: recipe.strength ?? null,
    steps: recipe.steps ?? null,
    guidance: recipe.guidance ?? null,
    aspect_ratio: asset.aspect_ratio,
    size: asset.size,
    references: recipe.references ?? [],
    reference_mode: recipe.reference_mode ?? "style_only",
    fallback: [],
    fallen_from: asset.fallen_from,
    tags: asset.tags,
    metadata: asset.metadata,
    attempts: [],
    not_before: null,
    error: null,
    cost_micros: asset.cost_micros,
    duration_ms: null,
    reused: asset.reused,
    created_at: asset.created_at,
    started_at: null,
    finished_at: asset.created_at,
    asset: {
      id: asset.id,
      url: asset.url,
      thumbnail_url: asset.thumbnail_url,
      width: asset.width,
      height: asset.height,
      media_type: asset.media_type,
      bytes: asset.bytes,
      picked: asset.picked,
      rating: asset.rating,
    },
    revision: 0,
    changed_at: asset.changed_at,
  };
}
