import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { problem, type Seen, serving } from "@/testing/network";
import { type Batch, keyed, newBatch, newRow } from "./sheets";
import { useEditing } from "./useEditing";
import { useSubmit } from "./useSubmit";

const POINTER = "/headers/Idempotency-Key";

function writing(prompt = "A tent") {
  const kept: Batch[] = [];
  const started = vi.fn();
  const client = new QueryClient();
  const first = keyed(newBatch([newRow({ prompt })]), "start-one");
  const { result } = renderHook(
    () => {
      const editing = useEditing(() => first);
      const keep = async (batch: Batch) => {
        kept.push(batch);
      };
      return { editing, submitting: useSubmit(editing, keep, started) };
    },
    { wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider> },
  );
  const edit = () => act(() => result.current.editing.edit("Priority", (now) => ({ ...now, priority: "high" })));
  const start = () => act(() => result.current.submitting.start());
  return { result, kept, started, edit, start };
}

/** The API, as it keeps what each key made; the first answer is lost. */
function losingTheFirst(): { keys: (string | null)[]; batches: unknown[] } {
  const keys: (string | null)[] = [];
  const made = new Map<string | null, string>();
  const batches: unknown[] = [];
  serving({
    "POST /v1/batches": ({ headers, body }: Seen) => {
      const key = headers.get("Idempotency-Key");
      const [text, before] = [JSON.stringify(body), made.get(key)];
      keys.push(key);
      if (before !== undefined && before !== text) {
        return problem(422, "Used.", [{ pointer: POINTER, detail: "Used." }], { existing_id: "bat_1" });
      }
      if (before === undefined) batches.push(body);
      made.set(key, text);
      if (keys.length === 1) throw new TypeError("Failed to fetch");
      return { id: `bat_${batches.length}` };
    },
  });
  return { keys, batches };
}

it("says what a lost answer may mean, and finds the batch that has begun when it is started again", async () => {
  const { keys, batches } = losingTheFirst();
  const { result, started, start } = writing();

  start();
  await waitFor(() => expect(result.current.submitting.problem?.title).toBe("No answer came"));
  expect(result.current.submitting.problem?.detail).toContain("never begins twice");
  start();
  await waitFor(() => expect(started).toHaveBeenCalledWith({ id: "bat_1" }));
  expect(keys).toEqual(["start-one", "start-one"]);
  expect(batches).toHaveLength(1);
});

it("tells of the earlier version when a changed one is started, and starts that only when it is told to", async () => {
  const { keys, batches } = losingTheFirst();
  const { result, kept, started, edit, start } = writing();
  start();
  await waitFor(() => expect(result.current.submitting.problem).not.toBeNull());

  edit();
  start();
  await waitFor(() => expect(result.current.submitting.earlier).toBe("bat_1"));
  expect(result.current.submitting.problems).toEqual([]);
  expect(batches).toHaveLength(1);

  act(() => result.current.submitting.startAsWell());
  await waitFor(() => expect(started).toHaveBeenCalledWith({ id: "bat_2" }));
  expect(keys.slice(0, 2)).toEqual(["start-one", "start-one"]);
  expect(keys[2]).not.toBe("start-one");
  expect(batches).toHaveLength(2);
  // It is kept before it is sent, and no undo leads back to the key that is used up.
  expect(kept.at(-1)?.startKey).toBe(keys[2]);
  act(() => result.current.editing.undo());
  expect(result.current.editing.batch).toMatchObject({ priority: "standard", startKey: keys[2] });
});

it("starts the changed one under the same key where the first never came, and after a refusal", async () => {
  const keys: (string | null)[] = [];
  serving({
    "POST /v1/batches": ({ headers }: Seen) => {
      keys.push(headers.get("Idempotency-Key"));
      if (keys.length === 1) throw new TypeError("Failed to fetch");
      if (keys.length === 2) return problem(422, "Wrong.", [{ pointer: "/rows/0/prompt", detail: "Too long." }]);
      return { id: "bat_1" };
    },
  });
  const { result, started, edit, start } = writing();
  start();
  await waitFor(() => expect(result.current.submitting.problem).not.toBeNull());
  start();
  await waitFor(() => expect(result.current.submitting.problems).toHaveLength(1));
  edit();
  start();
  await waitFor(() => expect(started).toHaveBeenCalledOnce());
  expect(keys).toEqual(["start-one", "start-one", "start-one"]);
});
