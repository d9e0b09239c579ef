import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { referenceQuery, useReferences } from "@/api/references";
import { fileName, referencesIn } from "./edits";
import { readRow } from "./readings";
import type { Reference } from "./references/references";
import type { Batch } from "./sheets";

const MOST_ASKED = 40;

export interface KnownReferences {
  byId: ReadonlyMap<string, Reference>;
  /** The newest picture of each file name. */
  byFile: ReadonlyMap<string, string>;
}

/** The references of the gallery, and those older ones that the batch names. */
export function useKnownReferences(batch: Batch): KnownReferences {
  const gallery = useReferences();
  const pages = gallery.data?.pages;
  const listed = useMemo(() => (pages ?? []).flatMap((page) => page.references), [pages]);
  const missing = useMemo(() => (pages ? missingIn(batch, listed) : []), [batch, listed, pages]);
  const others = useQueries({
    queries: missing.map((id) => referenceQuery(id)),
    combine: (results) => results.flatMap((result) => (result.data ? [result.data] : [])),
  });
  return useMemo(() => {
    const ready = [...listed, ...others].filter((one) => one.status === "ready");
    return {
      byId: new Map(ready.map((one) => [one.id, one])),
      byFile: new Map(ready.toReversed().map((one) => [fileName(one.filename), one.id])),
    };
  }, [listed, others]);
}

function missingIn(batch: Batch, listed: readonly Reference[]): string[] {
  const known = new Set(listed.map((one) => one.id));
  const named = batch.rows.flatMap((row) => readRow(row).settings.references ?? []);
  const wanted = [...named, ...referencesIn(batch.defaults.references ?? "")];
  return [...new Set(wanted)].filter((name) => name.startsWith("ref_") && !known.has(name)).slice(0, MOST_ASKED);
}
