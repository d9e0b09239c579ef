import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { Problem } from "@/api/problems";
import { LiveHub } from "@/live/hubs";
import { Hand } from "@/live/testing/hands";
import { batch, image, item } from "@/live/testing/things";
import { isItem, type Topic } from "@/live/things";
import { LiveContext, pagesOf, useLiveBatch, useLiveItems } from "@/live/useLive";

const ID = "bat_aaaaaaaaaaaaaaaaaaaa";

function follow<T>(hook: () => T, pace: { hiddenMs: number } = { hiddenMs: 1_000 }) {
  const hand = new Hand();
  const queries = new QueryClient();
  const hub = new LiveHub([hand], queries, { lingerMs: 0, ...pace });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>
      <LiveContext value={hub}>{children}</LiveContext>
    </QueryClientProvider>
  );
  return { hand, queries, hub, ...renderHook(hook, { wrapper }) };
}

it("gives a batch as it is, and then as it changes", async () => {
  const { hand, result } = follow(() => useLiveBatch(ID));
  expect(result.current.state).toBe("connecting");
  expect(result.current.data).toBeUndefined();
  await hand.tell(batch({ id: ID }));
  expect([result.current.state, result.current.data?.name]).toEqual(["live", "Spring"]);
  await hand.tell(batch({ id: ID, revision: 2, name: "Summer" }));
  expect(result.current.data?.name).toBe("Summer");
});

it("gives the very same items until one changes", async () => {
  const { hand, result, rerender } = follow(() => useLiveItems(ID, { from: 0, to: 10 }));
  await hand.tell(item({ index: 0 }), item({ index: 1, id: "itm_b" }));
  const before = result.current.data;
  rerender();
  expect(result.current.data).toBe(before);
  await hand.tell(item({ index: 1, id: "itm_b", revision: 2, status: "running" }));
  expect(result.current.data?.map((one) => one.status)).toEqual(["pending", "running"]);
  expect(result.current.data?.[0]).toBe(before?.[0]);
});

it("follows windows by whole pages, so that scrolling a little opens nothing", () => {
  const places = (from: number, to: number) => pagesOf(ID, { from, to }).map((page) => [page.from, page.to]);
  expect(places(0, 10)).toEqual([[0, 50]]);
  expect(places(45, 101)).toEqual([
    [0, 50],
    [50, 100],
    [100, 150],
  ]);
  expect(places(7, 7)).toEqual([]);
  expect(pagesOf(ID, { from: 3, to: 900, status: "failed" })).toHaveLength(1);
});

it("knows at once what an act was answered, and shows it wherever it was read before", async () => {
  const { hand, queries, result } = follow(() => useLiveBatch(ID));
  queries.setQueryData(["batches", "list", {}], {
    pages: [{ batches: [batch({ id: ID })], next_page_token: "" }],
    pageParams: [""],
  });
  await hand.tell(batch({ id: ID }));
  const paused = batch({ id: ID, revision: 2, status: "paused" });
  const mutation = queries.getMutationCache().build(queries, { mutationFn: async () => paused });
  await act(() => mutation.execute(undefined));
  expect(result.current.data?.status).toBe("paused");
  const listed = queries.getQueryData<{ pages: { batches: { status: string }[] }[] }>(["batches", "list", {}]);
  expect(listed?.pages[0]?.batches[0]?.status).toBe("paused");
});

it("keeps the links to an image that was read, when a change is told without them", async () => {
  const { hand, result } = follow(() => useLiveItems(ID, { from: 0, to: 10 }));
  await hand.tell(item({ revision: 2, asset: image({ url: "https://a", thumbnail_url: "https://b" }) }));
  await hand.tell(item({ revision: 3, asset: image() }));
  expect(result.current.data?.[0]?.asset?.url).toBe("https://a");
});

it("tells a refusal with its problem, and leaves its line when nobody looks any more", async () => {
  const { hand, hub, result, unmount } = follow(() => useLiveBatch(ID));
  const [topic] = [...hand.lines.keys()];
  const problem = new Problem({
    status: 404,
    code: "not-found",
    title: "Not found",
    detail: "There is no such batch.",
  });
  await act(async () => hand.lines.get(topic as Topic)?.refused(problem));
  expect([result.current.state, result.current.problem?.status]).toEqual(["failed", 404]);
  unmount();
  await vi.waitFor(() => expect(hub.find(topic as Topic)).toBeUndefined());
  expect(hand.lines.size).toBe(0);
});

it("tells items apart from batches", () => {
  expect([isItem(item()), isItem(batch())]).toEqual([true, false]);
});

it("follows nothing while nobody sees the page for long, and goes on when somebody does", async () => {
  const { hand, hub } = follow(() => useLiveBatch(ID), { hiddenMs: 10 });
  await hand.tell(batch({ id: ID }));
  const look = async (hidden: boolean) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    await act(async () => document.dispatchEvent(new Event("visibilitychange")));
  };
  await look(true);
  await vi.waitFor(() => expect(hand.lines.size).toBe(0));
  await look(false);
  expect(hand.lines.size).toBe(1);
  await hand.tell(batch({ id: ID, revision: 2, name: "Summer" }));
  expect(hub.find({ of: "batch", batch: ID })?.snapshot().data?.[0]).toMatchObject({ name: "Summer" });
});

it("says that there is no network, and connects when there is one", async () => {
  const { hand, result } = follow(() => useLiveBatch(ID));
  await hand.tell(batch({ id: ID }));
  await act(async () => globalThis.dispatchEvent(new Event("offline")));
  expect(result.current.state).toBe("offline");
  await act(async () => globalThis.dispatchEvent(new Event("online")));
  expect(result.current.state).toBe("live");
});
