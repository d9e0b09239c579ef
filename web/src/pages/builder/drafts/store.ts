/** The drafts that this browser keeps, in IndexedDB. */

import { del, entries, get, promisifyRequest, type UseStore, update } from "idb-keyval";
import { KEPT } from "@/session/forgetting";
import { type DraftRecord, type Saved, type Saving, save } from "./records";

const NAME = `${KEPT}drafts`;
const STORE = "drafts";

let opening: Promise<IDBDatabase> | null = null;

/** The open database. It is let go when the session's end deletes it: an open one would hold that up. */
function database(): Promise<IDBDatabase> {
  opening ??= open();
  return opening;
}

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  const database = await promisifyRequest(request);
  const letGo = () => {
    opening = null;
  };
  database.onclose = letGo;
  database.onversionchange = () => {
    database.close();
    letGo();
  };
  return database;
}

const store: UseStore = async (mode, act) => act((await database()).transaction(STORE, mode).objectStore(STORE));

function keyOf(owner: string, id: string): string {
  return `${owner}/${id}`;
}

export function readDraft(owner: string, id: string): Promise<DraftRecord | undefined> {
  return get<DraftRecord>(keyOf(owner, id), store);
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
    store,
  );
  if (!outcome.saved) throw new Error("The browser kept nothing.");
  // A draft that is gone must stay gone: an update leaves an empty entry.
  if ("conflict" in outcome.saved && outcome.saved.conflict === null) await removeDraft(saving.owner, saving.id);
  return outcome.saved;
}

export async function removeDraft(owner: string, id: string): Promise<void> {
  await del(keyOf(owner, id), store);
}

/** A person's drafts in this browser, the one that was saved last first. */
export async function listDrafts(owner: string): Promise<DraftRecord[]> {
  const all = await entries<string, DraftRecord | undefined>(store);
  const own = all.flatMap(([, record]) => (record?.owner === owner ? [record] : []));
  return own.toSorted((one, other) => other.savedAt - one.savedAt);
}
