// @vitest-environment node
import { setCredentials } from "@/api/credentials";
import { ProtocolServer } from "@/live/testing/servers";
import { itemAt, liveSuite, Seen, until, type World } from "@/live/testing/suite";
import { batch } from "@/live/testing/things";
import type { Transport } from "@/live/transports";

const QUICK_POLLS = { busyMs: 20, idleMs: 60, isHidden: () => false };
const ID = "bat_aaaaaaaaaaaaaaaaaaaa";
const SIGNED_IN = { token: async () => "good", refused: () => {}, renewed: async () => null };

const server = new ProtocolServer();
Object.defineProperty(globalThis, "location", { value: { origin: await server.start() }, configurable: true });
// The client reads the address that it asks when it is loaded.
const { EventsTransport } = await import("@/live/events");
const { PollingTransport } = await import("@/live/polling");

afterAll(() => server.stop());

function world(transport: () => Transport, stateWhenUp: World["stateWhenUp"]): () => Promise<World> {
  return async () => {
    server.reset();
    setCredentials(SIGNED_IN);
    return {
      transport,
      put: async (thing) => server.put(thing),
      lose: async () => server.away(),
      recover: async () => server.back(),
      deny: async () => {
        server.refusal = 403;
      },
      isQuiet: async () => {
        const asked = server.asked.length;
        await new Promise((resolve) => setTimeout(resolve, 150));
        return server.openStreams === 0 && server.asked.length === asked;
      },
      stops: true,
      stateWhenUp,
      close: async () => {},
    };
  };
}

const events = () => new EventsTransport();
const polling = () => new PollingTransport(QUICK_POLLS);

liveSuite("server-sent events", world(events, "live"));
liveSuite("polling", world(polling, "polling"));

describe("one transport after another", () => {
  const opened: { close(): void }[] = [];

  function see(from: number, to: number): Seen {
    const transports = [events(), polling()];
    const seen = new Seen({ of: "items", batch: ID, from, to }, transports);
    opened.push(seen.feed, ...transports);
    return seen;
  }

  beforeEach(() => {
    server.reset();
    server.put(batch({ id: ID }));
    server.put(itemAt(0));
  });

  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
  });

  it("polls while there is no stream, and comes back to it", async () => {
    server.hasStreams = false;
    const seen = see(0, 50);
    await until(() => seen.live.state === "polling" && seen.statuses().join() === "pending");
    server.put(itemAt(0, { revision: 2, status: "running" }));
    server.put(batch({ id: ID, revision: 2 }));
    await until(() => seen.statuses().join() === "running");
    server.hasStreams = true;
    await until(() => seen.live.state === "live");
    server.put(itemAt(0, { revision: 3, status: "succeeded" }));
    await until(() => seen.statuses().join() === "succeeded");
    const asked = server.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(server.asked.length).toBe(asked);
    expect(seen.revisions.get(itemAt(0).id)).toEqual([1, 2, 3]);
  });

  it("waits for the network without asking, and goes on with it", async () => {
    const seen = see(0, 50);
    await until(() => seen.live.state === "live");
    server.away();
    seen.feed.online(false);
    await until(() => seen.live.state === "offline");
    seen.feed.rest();
    const asked = server.asked.length;
    server.put(itemAt(0, { revision: 2, status: "running" }));
    server.back();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(server.asked.length).toBe(asked);
    seen.feed.online(true);
    await until(() => seen.live.state === "live" && seen.statuses().join() === "running");
  });

  it("begins anew when it is told to, whatever failed before", async () => {
    server.refusal = 403;
    const seen = see(0, 50);
    await until(() => seen.live.state === "failed");
    server.refusal = null;
    seen.live.retry();
    await until(() => seen.live.state === "live" && seen.live.problem === undefined);
    expect(seen.statuses()).toEqual(["pending"]);
  });
});

describe("the stream of events", () => {
  const opened: { close(): void }[] = [];

  function see(transport: Transport, from: number, to: number): Seen {
    const seen = new Seen({ of: "items", batch: ID, from, to }, [transport]);
    opened.push(seen.feed, transport);
    return seen;
  }

  beforeEach(() => {
    server.reset();
    setCredentials(SIGNED_IN);
    server.put(batch({ id: ID }));
    for (const index of [0, 60]) server.put(itemAt(index));
  });

  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
  });

  it("is one for all windows of a batch, and carries the credential in a header alone", async () => {
    const transport = events();
    const [first, second] = [see(transport, 0, 50), see(transport, 50, 100)];
    await until(() => first.live.state === "live" && second.live.state === "live");
    const streams = server.asked.filter((one) => one.path.includes("/events"));
    expect(streams).toEqual([
      { path: `/v1/batches/${ID}/events?from_index=0&to_index=100`, since: null, authorization: "Bearer good" },
    ]);
    expect(server.openStreams).toBe(1);
  });

  it("goes on where it was when the server closes it, without reading all again", async () => {
    const seen = see(events(), 0, 50);
    await until(() => seen.live.state === "live");
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const readings = () => server.asked.filter((one) => one.path.includes("/items")).length;
    expect(readings()).toBe(1);
    server.closeStreams();
    server.put(itemAt(0, { revision: 2, status: "running" }));
    await until(() => seen.statuses().join() === "running");
    expect(readings()).toBe(1);
    expect(server.asked.at(-1)?.since).not.toBeNull();
    expect(seen.states).not.toContain("reconnecting");
  });

  it("goes on where it was when the connection broke", async () => {
    const seen = see(events(), 0, 50);
    await until(() => seen.live.state === "live");
    server.away();
    await until(() => seen.live.state === "reconnecting");
    server.put(itemAt(0, { revision: 2, status: "running" }));
    server.back();
    await until(() => seen.statuses().join() === "running");
    const streams = server.asked.filter((one) => one.path.includes("/events"));
    expect(streams.at(-1)?.since).not.toBeNull();
    expect(server.asked.filter((one) => one.path.includes("/items"))).toHaveLength(1);
  });

  it("may repeat itself and tell late, and nobody sees it", async () => {
    const seen = see(events(), 0, 50);
    await until(() => seen.live.state === "live");
    server.put(itemAt(0, { revision: 3, status: "succeeded" }));
    await until(() => seen.statuses().join() === "succeeded");
    server.say(itemAt(0, { revision: 2, status: "running" }));
    server.say(itemAt(0, { revision: 3, status: "succeeded" }));
    server.put(itemAt(1));
    await until(() => seen.live.data?.length === 2);
    expect(seen.statuses()[0]).toBe("succeeded");
    expect(seen.revisions.get(itemAt(0).id)).toEqual([1, 3]);
  });
});
