import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { useBatchRows } from "@/api/batches";
import { itemsKey, useEveryItem } from "@/api/items";
import type { BatchView, ItemView } from "@/api/schema";
import { useLiveBatch, useLiveItems } from "@/live/useLive";
import { isOver } from "@/pages/wall/pace";

/** One of two batches that are compared, as it is now. */
export interface Compared {
  batch: BatchView | undefined;
  items: readonly ItemView[];
  /** Whether all items are read. */
  isWhole: boolean;
  /** Whether nothing of the items is known yet. */
  isFirst: boolean;
  prompts: readonly string[] | undefined;
  error: unknown;
  retry: () => void;
}

/** The items that are seen, by their places in the batch. */
export interface Seen {
  from: number;
  to: number;
}

const NOTHING: Seen = { from: 0, to: 0 };

/** A batch with all its items; while it goes on, those that are seen are followed live. */
export function useCompared(id: string, seen: Seen): Compared {
  const queries = useQueryClient();
  const live = useLiveBatch(id);
  const every = useEveryItem(id);
  const rows = useBatchRows(id);
  const batch = live.data;
  const goesOn = batch !== undefined && !isOver(batch);
  useLiveItems(id, goesOn ? seen : NOTHING);
  // What was made out of sight is read when the batch has ended.
  const wentOn = useRef(false);
  useEffect(() => {
    if (wentOn.current && !goesOn) void queries.invalidateQueries({ queryKey: [...itemsKey(id), "of", "every"] });
    wentOn.current = goesOn;
  }, [queries, id, goesOn]);
  const prompts = useMemo(() => rows.data?.rows.map((row) => String(row.prompt ?? "")), [rows.data]);
  const lost = live.state === "failed" && batch === undefined ? live.problem : undefined;
  return {
    batch,
    items: every.items,
    isWhole: every.isWhole,
    isFirst: every.isFirst,
    prompts,
    error: lost ?? every.error ?? null,
    retry: () => {
      if (lost !== undefined) live.retry();
      if (every.error !== null) every.retry();
    },
  };
}
