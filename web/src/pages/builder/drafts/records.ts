/** A draft as this browser keeps it, and what saving it means when another tab has saved it, too. */

import type { Batch } from "../sheets";
import type { Sent } from "../useSubmit";

export interface DraftRecord {
  id: string;
  /** Whose it is: an organisation's member; another person of this browser never sees it. */
  owner: string;
  /** Grows with every save. */
  version: number;
  savedAt: number;
  batch: Batch;
  /** What was last sent, and under which key. */
  sent: Sent | null;
  /** The same draft as the API keeps it, at the revision that this browser has seen; null before it was sent there. */
  remote: Remote | null;
  /** Whether the API has all that is here. */
  synced: boolean;
}

export interface Remote {
  id: string;
  revision: number;
}

/** What a tab wants to save, and the version that it knows. */
export interface Saving {
  id: string;
  owner: string;
  known: number;
  batch: Batch;
  sent: Sent | null;
  remote: Remote | null;
  synced: boolean;
}

export type Saved = { saved: DraftRecord } | { conflict: DraftRecord | null };

/** The record to keep; a conflict where another tab saved meanwhile, or (null) submitted or deleted it. */
export function save(stored: DraftRecord | undefined, saving: Saving, now: number): Saved {
  if ((stored?.version ?? 0) !== saving.known) return { conflict: stored ?? null };
  const { known, ...said } = saving;
  return { saved: { ...said, version: known + 1, savedAt: now } };
}

/** What a browser does that opens a draft which the API keeps at this revision (null: no more). */
export type Opening = "mine" | "theirs" | "changed" | "gone";

export function opening(record: Pick<DraftRecord, "remote" | "synced">, revision: number | null): Opening {
  if (revision === null) return "gone";
  if (revision === record.remote?.revision) return "mine";
  return record.synced ? "theirs" : "changed";
}
