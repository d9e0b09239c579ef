import "fake-indexeddb/auto";
import { beforeEach, expect, it } from "vitest";
import { newBatch, newRow } from "../sheets";
import { opening, type Saving } from "./records";
import { keepDraft, listDrafts, markDraft, readDraft, removeDraft } from "./store";

const OWNER = "org_1/mem_1";

function saving(prompt: string, known: number, id = "one"): Saving {
  return { id, owner: OWNER, known, batch: newBatch([newRow({ prompt })]), synced: false };
}

async function promptOf(id: string, owner = OWNER): Promise<string | undefined> {
  return (await readDraft(owner, id))?.batch.rows[0]?.cells.prompt;
}

function forget(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase("fanfold:drafts");
    request.onsuccess = () => resolve();
    request.onerror = reject;
    request.onblocked = reject;
  });
}

beforeEach(forget);

it("keeps a draft, and each save is the next version", async () => {
  expect(await keepDraft(saving("A", 0))).toMatchObject({ saved: { version: 1 } });
  expect(await keepDraft(saving("B", 1))).toMatchObject({ saved: { version: 2 } });
  expect(await promptOf("one")).toBe("B");
});

it("does not let one tab overwrite what another has saved", async () => {
  await keepDraft(saving("A", 0));
  const [mine, theirs] = await Promise.all([keepDraft(saving("mine", 1)), keepDraft(saving("theirs", 1))]);

  expect([mine, theirs].filter((outcome) => "saved" in outcome)).toHaveLength(1);
  expect([mine, theirs].filter((outcome) => "conflict" in outcome)).toHaveLength(1);
  expect(await promptOf("one")).toBe("saved" in mine ? "mine" : "theirs");
});

it("tells that a draft is gone instead of bringing it back", async () => {
  await keepDraft(saving("A", 0));
  await removeDraft(OWNER, "one");

  expect(await keepDraft(saving("B", 1))).toEqual({ conflict: null });
  expect(await promptOf("one")).toBeUndefined();
});

it("notes what the API has without a new version, and not over what it has since", async () => {
  const marking = { id: "one", owner: OWNER, version: 1, remote: { id: "dft_1", revision: 2 } };
  await keepDraft(saving("A", 0));

  expect(await markDraft(marking)).toMatchObject({ version: 1, remote: { revision: 2 }, synced: true });
  expect(await keepDraft(saving("B", 1))).toMatchObject({
    saved: { version: 2, remote: { revision: 2 }, synced: false },
  });
  const later = { ...marking, remote: { id: "dft_1", revision: 3 } };
  expect(await markDraft(later)).toMatchObject({ version: 2, remote: { revision: 3 }, synced: false });
  expect(await markDraft(marking)).toMatchObject({ remote: { revision: 3 } });
});

it("does not bring a draft back by noting what the API has", async () => {
  const marking = { id: "one", owner: OWNER, version: 1, remote: { id: "dft_1", revision: 2 } };
  expect(await markDraft(marking)).toBeUndefined();
  expect(await readDraft(OWNER, "one")).toBeUndefined();
  expect(await listDrafts(OWNER)).toEqual([]);
});

it("lists a person's own drafts, the newest first, and nobody else's", async () => {
  await keepDraft(saving("A", 0, "one"));
  await keepDraft(saving("B", 0, "two"));
  await keepDraft({ ...saving("C", 0, "three"), owner: "org_1/mem_2" });

  expect((await listDrafts(OWNER)).map((draft) => draft.id).toSorted()).toEqual(["one", "two"]);
  expect(await promptOf("three")).toBeUndefined();
});

it("lets its database be deleted by whoever ends the session", async () => {
  await keepDraft(saving("A", 0));
  await forget();
  expect(await listDrafts(OWNER)).toEqual([]);
});

it("takes what another device has saved, unless something of its own would be lost", () => {
  const remote = { id: "dft_1", revision: 3 };
  expect(opening({ remote, synced: true }, 3)).toBe("mine");
  expect(opening({ remote, synced: false }, 3)).toBe("mine");
  expect(opening({ remote, synced: true }, 4)).toBe("theirs");
  expect(opening({ remote, synced: false }, 4)).toBe("changed");
  expect(opening({ remote, synced: true }, null)).toBe("gone");
});
