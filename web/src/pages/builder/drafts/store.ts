/** The drafts that this browser keeps, in IndexedDB. */

import { del, entries, get, promisifyRequest, type UseStore, update } from "idb-keyval";
import { KEPT } from "@/session/forgetting";
import { type DraftRecord, type Marking, mark, type Saved, type Saving, save } from "./records";

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
export function keepDraft(saving: Saving): Promise<Saved> {
  return changed(saving, (stored) => {
    const outcome = save(stored, saving, Date.now());
    return { outcome, record: "saved" in outcome ? outcome.saved : stored };
  });
}

/** Notes what the API has of a draft; gives the record, or undefined where it is gone. */
export function markDraft(marking: Marking): Promise<DraftRecord | undefined> {
  return changed(marking, (stored) => {
    const record = stored && mark(stored, marking);
    return { outcome: record, record };
  });
}

/** Reads and writes a draft in one step, beside which no other tab writes. */
async function changed<T>(
  { owner, id }: Pick<DraftRecord, "owner" | "id">,
  change: (stored: DraftRecord | undefined) => { outcome: T; record: DraftRecord | undefined },
): Promise<T> {
  const done: { result?: ReturnType<typeof change> } = {};
  await update<DraftRecord | undefined>(
    keyOf(owner, id),
    (stored) => {
      done.result = change(stored);
      return done.result.record;
    },
    store,
  );
  if (!done.result) throw new Error("The browser kept nothing.");
  // A draft that is gone must stay gone: an update leaves an empty entry.
  if (!done.result.record) await removeDraft(owner, id);
  return done.result.outcome;
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
