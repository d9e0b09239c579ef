import { QueryClient } from "@tanstack/react-query";
import { Feed, type Live } from "@/live/feeds";
import { LiveHub } from "@/live/hubs";
import type { Pace } from "@/live/ladders";
import { batch, item } from "@/live/testing/things";
import type { Batch, Item, Thing, Topic } from "@/live/things";
import type { Transport } from "@/live/transports";

/** One transport and what is at the other end of its wire. */
export interface World {
  /** The transport alone, for one person. */
  transport(): Transport;
  /** A thing is like this from now on, for all who follow it. */
  put(thing: Thing): Promise<void>;
  /** The connection breaks, and no other one can be made. */
  lose(): Promise<void>;
  recover(): Promise<void>;
  /** Whoever asks is not allowed to. */
  deny(): Promise<void>;
  /** Whether somebody at the other end still tells, or is asked. */
  isQuiet(): Promise<boolean>;
  /** Nothing is open once the batch has ended. */
  readonly stops: boolean;
  readonly stateWhenUp: "live" | "polling";
  close(): Promise<void>;
}

export const QUICK: Pace = { patienceMs: 300, firstRetryMs: 30, longestRetryMs: 200, chance: () => 0.5 };

const ID = "bat_aaaaaaaaaaaaaaaaaaaa";
const BATCH: Topic = { of: "batch", batch: ID };
const WINDOW: Topic = { of: "items", batch: ID, from: 0, to: 50 };
const PATIENCE = { timeout: 40_000, interval: 10 };

export const itemAt = (index: number, fields: Partial<Item> = {}): Item =>
  item({ id: `itm_${"b".repeat(16)}${letters(index)}`, batch: ID, index, row: index, ...fields });

function letters(index: number): string {
  return [...String(index).padStart(4, "0")].map((digit) => "abcdefghij"[Number(digit)]).join("");
}

/** Waits until a condition holds. */
export function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  return vi.waitFor(async () => expect(await condition()).toBe(true), PATIENCE);
}

/** What one topic tells, and each state of each thing in the order in which it came. */
export class Seen {
  readonly revisions = new Map<string, number[]>();
  readonly states: string[] = [];
  readonly feed: Feed;

  constructor(topic: Topic, transports: readonly Transport[]) {
    this.feed = new Feed(topic, transports, (things) => this.note(things), QUICK);
    this.feed.subscribe(() => this.states.push(this.live.state));
    this.feed.start(true);
  }

  get live(): Live<readonly Thing[]> {
    return this.feed.snapshot();
  }

  get batch(): Batch | undefined {
    return this.live.data?.[0] as Batch | undefined;
  }

  statuses(): string[] {
    return (this.live.data ?? []).map((thing) => thing.status);
  }

  /** Each state came once, and never an older one after a newer one. */
  expectOnward() {
    for (const revisions of this.revisions.values()) {
      expect(revisions).toEqual([...new Set(revisions)].sort((one, other) => one - other));
    }
  }

  private note(things: readonly Thing[]) {
    for (const thing of things) {
      this.revisions.set(thing.id, [...(this.revisions.get(thing.id) ?? []), thing.revision]);
    }
  }
}

/** What must hold of every transport. */
export function liveSuite(name: string, open: () => Promise<World>) {
  describe(`live by ${name}`, { timeout: 60_000 }, () => {
    let world: World;
    const opened: { close(): void }[] = [];

    function see(topic: Topic, transport = world.transport()): Seen {
      const seen = new Seen(topic, [transport]);
      opened.push(seen.feed, transport);
      return seen;
    }

    beforeEach(async () => {
      world = await open();
      await world.put(batch({ id: ID }));
      for (const index of [2, 0, 1]) await world.put(itemAt(index));
    });

    afterEach(async () => {
      for (const one of opened.splice(0)) one.close();
      await world.close();
    });

    it("begins with what is there, in the order of the rows", async () => {
      const [whole, items] = [see(BATCH), see(WINDOW)];
      await until(() => whole.live.state === world.stateWhenUp && items.live.data?.length === 3);
      expect(whole.batch?.name).toBe("Spring");
      expect(items.live.data?.map((thing) => (thing as Item).index)).toEqual([0, 1, 2]);
      expect(items.live.problem).toBeUndefined();
    });

    it("tells each change once", async () => {
      const transport = world.transport();
      const [whole, items] = [see(BATCH, transport), see(WINDOW, transport)];
      await until(() => whole.batch !== undefined && items.live.data?.length === 3);
      await world.put(itemAt(1, { revision: 2, status: "running" }));
      await world.put(batch({ id: ID, revision: 2 }));
      await until(() => items.statuses()[1] === "running");
      await world.put(itemAt(1, { revision: 3, status: "succeeded" }));
      await world.put(batch({ id: ID, revision: 3, name: "Summer" }));
      await until(() => items.statuses()[1] === "succeeded" && whole.batch?.name === "Summer");
      expect(items.revisions.get(itemAt(1).id)).toEqual([1, 2, 3]);
      for (const seen of [whole, items]) seen.expectOnward();
    });

    it("tells of items that are planned later", async () => {
      const items = see(WINDOW);
      await until(() => items.live.data?.length === 3);
      await world.put(itemAt(3));
      await world.put(batch({ id: ID, revision: 2 }));
      await until(() => items.live.data?.length === 4);
    });

    it("never goes back to what is older, however it comes", async () => {
      const items = see(WINDOW);
      await until(() => items.live.data?.length === 3);
      await world.put(itemAt(0, { revision: 5, status: "succeeded" }));
      await world.put(batch({ id: ID, revision: 2 }));
      await until(() => items.statuses()[0] === "succeeded");
      await world.put(itemAt(0, { revision: 4, status: "running" }));
      await world.put(itemAt(1, { revision: 2, status: "running" }));
      await world.put(batch({ id: ID, revision: 3 }));
      await until(() => items.statuses()[1] === "running");
      expect(items.statuses()[0]).toBe("succeeded");
      items.expectOnward();
    });

    it("misses nothing while the connection is away, and says that it is", async () => {
      const transport = world.transport();
      const [whole, items] = [see(BATCH, transport), see(WINDOW, transport)];
      await until(() => whole.live.state === world.stateWhenUp && items.live.data?.length === 3);
      await world.lose();
      await until(() => items.live.state === "reconnecting");
      expect(items.live.data?.length).toBe(3);
      await world.put(itemAt(0, { revision: 2, status: "running" }));
      await world.put(itemAt(0, { revision: 3, status: "failed" }));
      await world.put(itemAt(3, { status: "running" }));
      await world.put(batch({ id: ID, revision: 2, name: "Summer" }));
      await world.recover();
      await until(() => whole.batch?.name === "Summer" && items.statuses().join() === "failed,pending,pending,running");
      await until(() => items.live.state === world.stateWhenUp);
      for (const seen of [whole, items]) seen.expectOnward();
    });

    it("says why when it is not allowed, and tries no further", async () => {
      await world.deny();
      const seen = see(BATCH);
      await until(() => seen.live.state === "failed");
      expect(seen.live.problem?.status).toBe(403);
      expect(seen.live.data).toBeUndefined();
      await until(() => world.isQuiet());
    });

    it("follows another window when it is moved, and leaves the one before", async () => {
      for (const index of [50, 51]) await world.put(itemAt(index));
      const transport = world.transport();
      const first = see(WINDOW, transport);
      await until(() => first.live.data?.length === 3);
      const second = see({ of: "items", batch: ID, from: 50, to: 100 }, transport);
      await until(() => second.live.data?.length === 2);
      first.feed.close();
      await world.put(itemAt(0, { revision: 2, status: "running" }));
      await world.put(itemAt(51, { revision: 2, status: "running" }));
      await world.put(batch({ id: ID, revision: 2 }));
      await until(() => second.statuses().join() === "pending,running");
      expect(second.revisions.get(itemAt(51).id)).toEqual([1, 2]);
      expect(second.revisions.has(itemAt(0).id)).toBe(false);
      expect(first.statuses()).toEqual(["pending", "pending", "pending"]);
    });

    it("tells the items of one state, those that come to it and those that leave it", async () => {
      const failed = see({ of: "items", batch: ID, from: 0, to: 1_000, status: "failed" });
      await until(() => failed.live.data?.length === 0);
      for (const index of [0, 2]) await world.put(itemAt(index, { revision: 2, status: "failed" }));
      await world.put(batch({ id: ID, revision: 2 }));
      await until(() => failed.statuses().length === 2);
      await world.put(itemAt(0, { revision: 3, status: "pending" }));
      await world.put(batch({ id: ID, revision: 3 }));
      await until(() => failed.live.data?.map((thing) => (thing as Item).index).join() === "2");
    });

    it("shows all of an ended batch, and goes on when it is tried again", async () => {
      const transport = world.transport();
      const [whole, items] = [see(BATCH, transport), see(WINDOW, transport)];
      await until(() => whole.batch !== undefined && items.live.data?.length === 3);
      for (const index of [0, 1, 2]) await world.put(itemAt(index, { revision: 2, status: "succeeded" }));
      await world.put(batch({ id: ID, revision: 2, status: "completed" }));
      await until(() => whole.batch?.status === "completed" && items.statuses().every((one) => one === "succeeded"));
      if (world.stops) await until(() => world.isQuiet());
      expect(["live", world.stateWhenUp]).toContain(whole.live.state);
      await world.put(batch({ id: ID, revision: 3, status: "running" }));
      await world.put(itemAt(1, { revision: 3, status: "running" }));
      const before = whole.states.length;
      for (const seen of [whole, items]) seen.feed.wake();
      await until(() => whole.batch?.status === "running" && items.statuses()[1] === "running");
      // Nothing had broken, so nothing is said of a connection.
      expect(whole.states.slice(before)).not.toContain("reconnecting");
      for (const seen of [whole, items]) seen.expectOnward();
    });

    it("ends with the person's session, and tells nothing more", async () => {
      const queries = new QueryClient();
      const hub = new LiveHub([world.transport()], queries, { lingerMs: 10, hiddenMs: 1_000, ladder: QUICK });
      opened.push(hub);
      const heard = vi.fn();
      hub.watch(WINDOW, heard);
      await until(() => hub.find(WINDOW)?.snapshot().data?.length === 3);
      hub.close();
      await until(() => world.isQuiet());
      heard.mockClear();
      await world.put(itemAt(0, { revision: 2, status: "running" }));
      await world.put(batch({ id: ID, revision: 2 }));
      await until(() => world.isQuiet());
      expect(heard).not.toHaveBeenCalled();
      expect(hub.find(WINDOW)).toBeUndefined();
    });
  });
}
