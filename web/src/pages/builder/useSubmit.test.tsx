import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { type Seen, serving } from "@/testing/network";
import { newBatch, newRow } from "./sheets";
import { useSubmit } from "./useSubmit";

it("says what a lost answer may mean, and sends the same again under the same key, anything else under another", async () => {
  const keys: (string | null)[] = [];
  serving({
    "POST /v1/batches": ({ headers }: Seen) => {
      keys.push(headers.get("Idempotency-Key"));
      if (keys.length === 1) throw new TypeError("Failed to fetch");
      return { id: "bat_1" };
    },
  });
  const started = vi.fn();
  const client = new QueryClient();
  const { result } = renderHook(() => useSubmit(null, async () => {}, started), {
    wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  });
  const batch = newBatch([newRow({ prompt: "A tent" })]);

  act(() => result.current.start(batch));
  await waitFor(() => expect(result.current.problem?.title).toBe("No answer came"));
  expect(result.current.problem?.detail).toContain("changed, it is another batch");

  act(() => result.current.start(batch));
  await waitFor(() => expect(started).toHaveBeenCalledOnce());
  act(() => result.current.start({ ...batch, priority: "high" }));
  await waitFor(() => expect(started).toHaveBeenCalledTimes(2));
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});
