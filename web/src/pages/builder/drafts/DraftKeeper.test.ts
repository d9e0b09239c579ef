import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { problem, type Seen, serving } from "@/testing/network";
import { type Batch, keyed, newBatch, newRow } from "../sheets";
import { DraftKeeper } from "./DraftKeeper";
import { readDraft, removeDraft } from "./store";

const OWNER = "org_1/mem_1";
const ended: (() => void)[] = [];
let api: {
  drafts: Map<string, { revision: number; content: unknown }>;
  seen: Seen[];
  /** New drafts are answered once this has come. */
  answering: Promise<void>;
  /** Drafts are read once this has come. */
  reading: Promise<void>;
  /** What was saved is answered once this has come. */
  saving: Promise<void>;
};

function view(id: string) {
  const draft = api.drafts.get(id);
  return draft
    ? { id, name: "n", rows: 1, bytes: 9, created_at: "2026-11-01T00:00:00Z", changed_at: null, ...draft }
    : null;
}

beforeEach(async () => {
  await removeDraft(OWNER, "one");
  const drafts = new Map<string, { revision: number; content: unknown }>();
  const keys = new Map<string, string>();
  const idIn = ({ path }: Seen) => path.split("/").at(-1) ?? "";
  const seen = serving({
    "POST /v1/drafts": async ({ headers }) => {
      const key = headers.get("Idempotency-Key") ?? "";
      const id = keys.get(key) ?? `dft_${keys.size + 1}`;
      if (!keys.has(key)) drafts.set(id, { revision: 1, content: {} });
      keys.set(key, id);
      await api.answering;
      return view(id) ?? problem(404, "Gone.");
    },
    "GET /v1/drafts/:id": async (request) => {
      await api.reading;
      return view(idIn(request)) ?? problem(404, "Gone.");
    },
    "PUT /v1/drafts/:id": async (request) => {
      const draft = drafts.get(idIn(request));
      if (!draft) return problem(404, "Gone.");
      if (request.headers.get("If-Match") !== `"${draft.revision}"`) return problem(409, "Saved elsewhere.");
      drafts.set(idIn(request), {
        revision: draft.revision + 1,
        content: (request.body as { content: unknown }).content,
      });
      await api.saving;
      return view(idIn(request));
    },
    "DELETE /v1/drafts/:id": (request) => {
      drafts.delete(idIn(request));
      return new Response(null, { status: 204 });
    },
  });
  api = { drafts, seen, answering: Promise.resolve(), reading: Promise.resolve(), saving: Promise.resolve() };
});

afterEach(() => {
  for (const end of ended.splice(0)) end();
});

function batchOf(prompt: string): Batch {
  return newBatch([newRow({ prompt })]);
}

async function opened(id = "one"): Promise<DraftKeeper> {
  const keeper = new DraftKeeper(id, OWNER, 1);
  ended.push(keeper.begin());
  await expect.poll(keeper.view).not.toBeNull();
  return keeper;
}

function promptIn(batch: Batch | null | undefined): string | undefined {
  return batch?.rows[0]?.cells.prompt;
}

it("keeps a change here and then at the API, and opens with it again, also on another device", async () => {
  const keeper = await opened();
  expect(keeper.view()).toMatchObject({ state: "new", batch: null });

  keeper.save(batchOf("A tent"));
  await keeper.flush();
  expect(promptIn((await readDraft(OWNER, "one"))?.batch)).toBe("A tent");
  await expect.poll(() => keeper.view()?.state).toBe("saved");

  expect(promptIn((await opened()).view()?.batch)).toBe("A tent");
  expect(promptIn((await opened("dft_1")).view()?.batch)).toBe("A tent");
  await removeDraft(OWNER, "dft_1");
});

it("does not overwrite what another device has saved until it is told to", async () => {
  const keeper = await opened();
  keeper.save(batchOf("mine"));
  await expect.poll(() => keeper.view()?.state).toBe("saved");
  const theirs = { format: 1, batch: batchOf("theirs") };
  api.drafts.set("dft_1", { revision: 9, content: theirs });

  keeper.save(batchOf("mine, changed"));
  await expect.poll(() => keeper.view()?.state).toBe("changed");
  expect(api.drafts.get("dft_1")?.content).toBe(theirs);

  await keeper.overwrite();
  await expect.poll(() => keeper.view()?.state).toBe("saved");
  expect(api.drafts.get("dft_1")?.content).toMatchObject({ batch: { rows: [{ cells: { prompt: "mine, changed" } }] } });
});

it("takes what another device has saved when it is told to", async () => {
  const keeper = await opened();
  keeper.save(batchOf("mine"));
  await expect.poll(() => keeper.view()?.state).toBe("saved");
  api.drafts.set("dft_1", { revision: 9, content: { format: 1, batch: batchOf("theirs") } });

  await keeper.reload();

  expect(promptIn(keeper.view()?.batch)).toBe("theirs");
  expect(keeper.view()?.opened).toBe(2);
});

it("follows another tab where nothing of its own is lost, and asks where something would be", async () => {
  const [one, other] = [await opened(), await opened()];
  one.save(batchOf("from one"));
  await one.flush();
  await expect.poll(() => promptIn(other.view()?.batch)).toBe("from one");
  await expect.poll(() => one.view()?.state).toBe("saved");

  other.save(batchOf("from the other"));
  one.save(batchOf("from one again"));
  await one.flush();
  await expect.poll(() => other.view()?.state).toBe("changed");
  await other.flush();
  expect(promptIn((await readDraft(OWNER, "one"))?.batch)).toBe("from one again");
});

it("takes no notice of another tab's sending for a change", async () => {
  const [one, other] = [await opened(), await opened()];
  let answer = () => {};
  api.saving = new Promise((resolve) => {
    answer = resolve;
  });
  one.save(batchOf("from one"));
  await expect.poll(() => api.drafts.get("dft_1")?.revision).toBe(2);
  await expect.poll(() => promptIn(other.view()?.batch)).toBe("from one");
  const openings = other.view()?.opened;

  // Written while what one has sent is on its way.
  other.save(batchOf("from the other"));
  answer();

  await expect.poll(() => promptIn(one.view()?.batch)).toBe("from the other");
  await expect.poll(() => [one.view()?.state, other.view()?.state]).toEqual(["saved", "saved"]);
  expect(other.view()?.opened).toBe(openings);
  expect(api.drafts.get("dft_1")?.content).toMatchObject({
    batch: { rows: [{ cells: { prompt: "from the other" } }] },
  });
  expect(api.seen.filter(({ method }) => method === "PUT")).toHaveLength(2);
});

it("asks where something is typed while it reads what another tab has saved", async () => {
  const [one, other] = [await opened(), await opened()];
  one.save(batchOf("from one"));
  await expect.poll(() => [one.view()?.state, other.view()?.state]).toEqual(["saved", "saved"]);
  const channel = new BroadcastChannel("fanfold-drafts");
  ended.push(() => channel.close());
  // The other one has heard of it as well, and reads.
  channel.onmessage = () => {
    channel.onmessage = null;
    other.save(batchOf("typed meanwhile"));
  };

  one.save(batchOf("from one again"));
  await one.flush();

  await expect.poll(() => other.view()?.state).toBe("changed");
  expect(promptIn(other.view()?.batch)).toBe("from one");
  await other.overwrite();
  expect(promptIn((await readDraft(OWNER, "one"))?.batch)).toBe("typed meanwhile");
});

it("stays with what another tab has kept, though what it read before comes only then", async () => {
  const one = await opened();
  one.save(batchOf("first"));
  await expect.poll(() => one.view()?.state).toBe("saved");
  let read = () => {};
  api.reading = new Promise((resolve) => {
    read = resolve;
  });
  const readings = api.seen.length;
  const other = new DraftKeeper("one", OWNER, 1);
  ended.push(other.begin());
  await expect.poll(() => api.seen.slice(readings).some(({ method }) => method === "GET")).toBe(true);

  one.save(batchOf("second"));
  await expect.poll(() => promptIn(other.view()?.batch)).toBe("second");
  read();
  await api.reading;
  await expect.poll(() => [one.view()?.state, other.view()?.state]).toEqual(["saved", "saved"]);

  other.save(batchOf("third"));
  await expect.poll(() => promptIn(one.view()?.batch)).toBe("third");
  expect(other.view()?.state).not.toBe("changed");
});

it("follows another tab whose earlier words are just arriving at the API", async () => {
  const [one, other] = [await opened(), await opened()];
  one.save(batchOf("first"));
  await expect.poll(() => [one.view()?.state, other.view()?.state]).toEqual(["saved", "saved"]);
  const before = api.drafts.get("dft_1")?.revision ?? 0;
  let answer = () => {};
  api.saving = new Promise((resolve) => {
    answer = resolve;
  });
  one.save(batchOf("second"));
  await expect.poll(() => api.drafts.get("dft_1")?.revision).toBe(before + 1);
  await expect.poll(() => promptIn(other.view()?.batch)).toBe("second");

  one.save(batchOf("third"));
  await one.flush();
  setTimeout(() => answer(), 30);

  await expect.poll(() => promptIn(other.view()?.batch)).toBe("third");
  await expect.poll(() => [one.view()?.state, other.view()?.state]).toEqual(["saved", "saved"]);
});

it("goes on here when the API cannot be reached", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
  const keeper = await opened();
  keeper.save(batchOf("A tent"));
  await keeper.flush();
  expect(keeper.view()?.state).toBe("here");
  expect(promptIn((await readDraft(OWNER, "one"))?.batch)).toBe("A tent");
});

it("is gone here and at the API once it was submitted", async () => {
  const keeper = await opened();
  keeper.save(batchOf("A tent"));
  await expect.poll(() => keeper.view()?.state).toBe("saved");

  await keeper.remove();

  expect(await readDraft(OWNER, "one")).toBeUndefined();
  expect(api.drafts.size).toBe(0);
});

it("is kept again after it was deleted elsewhere, when it is told to", async () => {
  const keeper = await opened();
  keeper.save(batchOf("A tent"));
  await expect.poll(() => keeper.view()?.state).toBe("saved");
  api.drafts.delete("dft_1");
  keeper.save(batchOf("A red tent"));
  await expect.poll(() => keeper.view()?.state).toBe("gone");

  await keeper.overwrite();

  await expect.poll(() => keeper.view()?.state).toBe("saved");
  expect([...api.drafts.keys()]).toEqual(["dft_2"]);
});

it("leaves nothing at the API that was on its way there when it was submitted", async () => {
  let answer = () => {};
  api.answering = new Promise((resolve) => {
    answer = resolve;
  });
  const keeper = await opened();
  keeper.save(batchOf("A tent"));
  await expect.poll(() => api.drafts.size).toBe(1);

  // Long after this browser has forgotten it.
  setTimeout(() => answer(), 60);
  await keeper.remove();
  await api.answering;

  expect(api.drafts.size).toBe(0);
});

it("keeps nothing any more once its person has left", async () => {
  const keeper = await opened();
  keeper.save(batchOf("secret"));
  keeper.abandon();
  await keeper.flush();
  expect(await readDraft(OWNER, "one")).toBeUndefined();
});

it("has the key of a start before it is sent, for other tabs and devices, too", async () => {
  const keeper = await opened();
  await keeper.keepNow(keyed(batchOf("A tent"), "start-one"));
  expect((await readDraft(OWNER, "one"))?.batch.startKey).toBe("start-one");
  await expect.poll(() => keeper.view()?.state).toBe("saved");
  expect((await opened("dft_1")).view()?.batch?.startKey).toBe("start-one");
  await removeDraft(OWNER, "dft_1");
});
