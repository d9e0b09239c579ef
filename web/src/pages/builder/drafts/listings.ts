/** The drafts of this browser and of the API as one list. */

import type { DraftView } from "@/api/schema";
import { filledRows } from "../sheets";
import type { DraftRecord } from "./records";

export interface ListedDraft {
  /** Under which address it goes on: this browser's own where it has one. */
  id: string;
  /** Its id at the API; null where it is kept here alone. */
  remote: string | null;
  name: string;
  rows: number;
  savedAt: string;
}

/** Every draft once, the one that was saved last first; this browser's alone where the API's are not known. */
export function listed(here: readonly DraftRecord[], there: readonly DraftView[] | undefined): ListedDraft[] {
  const known = new Map(here.flatMap((record) => (record.remote ? [[record.remote.id, record] as const] : [])));
  const alone = here.filter((record) => !record.remote || there === undefined);
  const drafts = [
    ...alone.map(
      (record): ListedDraft => ({
        id: record.id,
        remote: record.remote?.id ?? null,
        name: record.batch.name.trim() || "Untitled batch",
        rows: filledRows(record.batch).length,
        savedAt: new Date(record.savedAt).toISOString(),
      }),
    ),
    ...(there ?? []).map(
      ({ id, name, rows, changed_at, created_at }): ListedDraft => ({
        id: known.get(id)?.id ?? id,
        remote: id,
        name,
        rows,
        savedAt: changed_at ?? created_at,
      }),
    ),
  ];
  return drafts.toSorted((one, other) => Date.parse(other.savedAt) - Date.parse(one.savedAt));
}
