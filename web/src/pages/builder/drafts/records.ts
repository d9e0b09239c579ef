/** A draft as this browser keeps it, and what saving it means when another tab has saved it, too. */

import type { Batch } from "../sheets";

export interface DraftRecord {
  id: string;
  /** Whose it is: an organisation's member; another person of this browser never sees it. */
  owner: string;
  /** Grows with every save of what a person wrote; that it was sent is no new version. */
  version: number;
  savedAt: number;
  batch: Batch;
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
  /** Where the API keeps it from now on; left out, it stays what another tab may have learned meanwhile. */
  remote?: Remote | null;
  synced: boolean;
}

/** What the API was sent: this version, now kept there as `remote`. */
export interface Marking {
  id: string;
  owner: string;
  version: number;
  remote: Remote;
}

export type Saved = { saved: DraftRecord } | { conflict: DraftRecord | null };

/** The record to keep; a conflict where another tab saved meanwhile, or (null) submitted or deleted it. */
export function save(stored: DraftRecord | undefined, saving: Saving, now: number): Saved {
  if ((stored?.version ?? 0) !== saving.known) return { conflict: stored ?? null };
  const { known, remote = stored?.remote ?? null, ...said } = saving;
  return { saved: { ...said, remote, version: known + 1, savedAt: now } };
}

/** The record once the API has a version of it; what another tab has saved meanwhile stays, and is yet to be sent. */
export function mark(stored: DraftRecord, { version, remote }: Marking): DraftRecord {
  const isOlder = stored.remote?.id === remote.id && stored.remote.revision > remote.revision;
  return isOlder ? stored : { ...stored, remote, synced: stored.version === version };
}

/** What a browser does that opens a draft which the API keeps at this revision (null: no more). */
export type Opening = "mine" | "theirs" | "changed" | "gone";

export function opening(record: Pick<DraftRecord, "remote" | "synced">, revision: number | null): Opening {
  if (revision === null) return "gone";
  if (revision === record.remote?.revision) return "mine";
  return record.synced ? "theirs" : "changed";
}
