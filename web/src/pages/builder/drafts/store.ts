/** The drafts that this browser keeps, in IndexedDB. */

import { clear, createStore, del, entries, get, type UseStore, update } from "idb-keyval";
import { type DraftRecord, type Saved, type Saving, save } from "./records";

let opened: UseStore | null = null;

function store(): UseStore {
  opened ??= createStore("fanfold-drafts", "drafts");
  return opened;
}

function keyOf(owner: string, id: string): string {
  return `${owner}/${id}`;
}

export function readDraft(owner: string, id: string): Promise<DraftRecord | undefined> {
  return get<DraftRecord>(keyOf(owner, id), store());
}

/** Saves a draft in one step with the look at what is there: of two tabs at the same time, one gets a conflict. */
export async function keepDraft(saving: Saving): Promise<Saved> {
  const outcome: { saved?: Saved } = {};
  await update<DraftRecord | undefined>(
    keyOf(saving.owner, saving.id),
    (stored) => {
      const saved = save(stored, saving, Date.now());
      outcome.saved = saved;
      return "saved" in saved ? saved.saved : stored;
    },
    store(),
  );
  if (!outcome.saved) throw new Error("The browser kept nothing.");
  // A draft that is gone must stay gone: an update leaves an empty entry.
  if ("conflict" in outcome.saved && outcome.saved.conflict === null) await removeDraft(saving.owner, saving.id);
  return outcome.saved;
}

export async function removeDraft(owner: string, id: string): Promise<void> {
  await del(keyOf(owner, id), store());
}

/** A person's drafts in this browser, the one that was saved last first. */
export async function listDrafts(owner: string): Promise<DraftRecord[]> {
  const all = await entries<string, DraftRecord | undefined>(store());
  const own = all.flatMap(([, record]) => (record?.owner === owner ? [record] : []));
  return own.toSorted((one, other) => other.savedAt - one.savedAt);
}

/** Forgets all drafts of this browser: nothing of one person's work is left for the next one. */
export async function forgetDrafts(): Promise<void> {
  await clear(store());
}
