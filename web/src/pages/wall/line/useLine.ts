import { useEffect, useMemo, useRef } from "react";
import { type Line, lineOf } from "@/acts/lines";
import { ofLine } from "@/acts/useLineActs";
import { useWished } from "@/acts/wishes";
import { useLinePages } from "@/api/lines";
import type { BatchView } from "@/api/schema";

/** So often at most, and for each page that was read, a line that changes is read again. */
const PACE_MS = 2_000;

/** The line of a batch with what this person has moved; read again when the batch changes, and further when more is looked at. */
export function useLine(batch: BatchView, isWanted: boolean) {
  const pages = useLinePages(batch.id, isWanted);
  const { data, refetch } = pages;
  const told = useMemo(() => lineOf(data?.pages ?? []), [data]);
  const line: Line | undefined = useWished(ofLine(batch.id), told);
  const read = data?.pages.length ?? 0;
  const last = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every change of the batch may be one of its line
  useEffect(() => {
    if (!isWanted || read === 0) return;
    if (last.current === 0) last.current = performance.now();
    const wait = Math.max(0, last.current + PACE_MS * read - performance.now());
    const timer = setTimeout(() => {
      last.current = performance.now();
      void refetch({ cancelRefetch: false });
    }, wait);
    return () => clearTimeout(timer);
  }, [isWanted, read, batch.revision, refetch]);
  return { line, pages };
}
