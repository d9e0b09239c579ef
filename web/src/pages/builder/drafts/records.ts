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
}

/** What a tab wants to save, and the version that it knows. */
export interface Saving {
  id: string;
  owner: string;
  known: number;
  batch: Batch;
  sent: Sent | null;
}

export type Saved = { saved: DraftRecord } | { conflict: DraftRecord | null };

/** The record to keep; a conflict where another tab saved meanwhile, or (null) submitted or deleted it. */
export function save(stored: DraftRecord | undefined, saving: Saving, now: number): Saved {
  if ((stored?.version ?? 0) !== saving.known) return { conflict: stored ?? null };
  const { id, owner, batch, sent, known } = saving;
  return { saved: { id, owner, batch, sent, version: known + 1, savedAt: now } };
}
