// Run by `tests/web`, which starts Firestore's emulator with the rules and says where it is.
import { deleteApp, type FirebaseApp, initializeApp } from "firebase/app";
import { connectFirestoreEmulator, type Firestore, getFirestore } from "firebase/firestore";
import { FirestoreTransport } from "@/live/listeners";
import { StoredThings, Wire } from "@/live/testing/firestores";
import { ProtocolServer } from "@/live/testing/servers";
import { itemAt, liveSuite, Seen, until, type World } from "@/live/testing/suite";
import { batch } from "@/live/testing/things";
import type { Reader, Transport } from "@/live/transports";

const HOST = process.env.FIRESTORE_EMULATOR_HOST ?? "";
const ID = "bat_aaaaaaaaaaaaaaaaaaaa";

let count = 0;

/** What reaches readers through a transport: each time that a listener was given a document. */
class Counted implements Transport {
  readonly name = "firestore";
  readonly reads = new Map<string, number>();
  readonly opened = new Set<Reader>();

  constructor(private readonly inner: FirestoreTransport) {}

  follows(): boolean {
    return true;
  }

  open(...[topic, reader]: Parameters<Transport["open"]>) {
    this.opened.add(reader);
    const line = this.inner.open(topic, {
      ...reader,
      take: (changes, gone) => {
        for (const { id, revision } of changes) {
          const name = `${id} ${revision}`;
          this.reads.set(name, (this.reads.get(name) ?? 0) + 1);
        }
        reader.take(changes, gone);
      },
    });
    return {
      close: () => {
        this.opened.delete(reader);
        line.close();
      },
    };
  }

  close() {
    this.inner.close();
  }
}

class Emulated {
  readonly things: StoredThings;
  readonly wire = new Wire(HOST);
  readonly apps: FirebaseApp[] = [];
  readonly transports: Counted[] = [];
  private port = 0;
  role = "viewer";

  constructor() {
    count += 1;
    this.things = new StoredThings(HOST, `org_${process.pid}_${Date.now()}_${count}`);
  }

  async start() {
    this.port = await this.wire.start();
    return this;
  }

  transport(): Counted {
    const made = new Counted(new FirestoreTransport(async () => ({ store: this.store(), org: this.things.org })));
    this.transports.push(made);
    return made;
  }

  async stop() {
    for (const app of this.apps) await deleteApp(app);
    await this.wire.stop();
  }

  private made: Firestore | null = null;

  private store(): Firestore {
    if (this.made !== null) return this.made;
    const app = initializeApp({ projectId: "demo-fanfold", apiKey: "unchecked" }, this.things.org);
    this.apps.push(app);
    this.made = getFirestore(app);
    const mockUserToken = { sub: "mem_a", org: this.things.org, role: this.role };
    connectFirestoreEmulator(this.made, "127.0.0.1", this.port, { mockUserToken });
    return this.made;
  }
}

liveSuite("Firestore's listeners", async (): Promise<World> => {
  const emulated = await new Emulated().start();
  return {
    transport: () => emulated.transport(),
    put: (thing) => emulated.things.put(thing),
    lose: async () => emulated.wire.cut(),
    recover: async () => emulated.wire.mend(),
    deny: async () => {
      emulated.role = "disabled";
    },
    isQuiet: async () => emulated.transports.every((transport) => transport.opened.size === 0),
    stops: false,
    stateWhenUp: "live",
    close: () => emulated.stop(),
  };
});

describe("Firestore's listeners", { timeout: 60_000 }, () => {
  it("read each change of an item in view once, and nothing else", async () => {
    const emulated = await new Emulated().start();
    const transport = emulated.transport();
    await emulated.things.put(batch({ id: ID }));
    for (const index of [0, 1, 2, 50, 51]) await emulated.things.put(itemAt(index));
    const pages = [0, 50].map((from) => new Seen({ of: "items", batch: ID, from, to: from + 50 }, [transport]));
    const [first, second] = pages as [Seen, Seen];
    await until(() => first.live.data?.length === 3 && second.live.data?.length === 2);
    second.feed.close();
    for (const revision of [2, 3]) {
      for (const index of [0, 1, 50, 51]) await emulated.things.put(itemAt(index, { revision, status: "running" }));
      await until(() => first.live.data?.slice(0, 2).every((thing) => thing.revision === revision) === true);
    }
    const counts = [...transport.reads.values()];
    expect(transport.reads.size).toBe(5 + 2 * 2);
    expect(new Set(counts)).toEqual(new Set([1]));
    first.feed.close();
    await emulated.stop();
  });

  it("give way to polling while they do not answer, and come back", async () => {
    const server = new ProtocolServer();
    Object.defineProperty(globalThis, "location", { value: { origin: await server.start() }, configurable: true });
    // The client reads the address that it asks when it is loaded.
    const { PollingTransport } = await import("@/live/polling");
    const emulated = await new Emulated().start();
    const put = async (thing: Parameters<StoredThings["put"]>[0]) => {
      server.put(thing);
      await emulated.things.put(thing);
    };
    await put(batch({ id: ID }));
    await put(itemAt(0));
    const transports = [emulated.transport(), new PollingTransport({ busyMs: 20, idleMs: 60, isHidden: () => false })];
    const seen = new Seen({ of: "items", batch: ID, from: 0, to: 50 }, transports);
    await until(() => seen.live.transport === "firestore");
    emulated.wire.cut();
    await until(() => seen.live.transport === "polling");
    await put(itemAt(0, { revision: 2, status: "running" }));
    await put(batch({ id: ID, revision: 2 }));
    await until(() => seen.statuses().join() === "running");
    emulated.wire.mend();
    await until(() => seen.live.transport === "firestore");
    const asked = server.asked.length;
    await put(itemAt(0, { revision: 3, status: "succeeded" }));
    await until(() => seen.statuses().join() === "succeeded");
    expect(server.asked.length).toBe(asked);
    expect(seen.revisions.get(itemAt(0).id)).toEqual([1, 2, 3]);
    seen.feed.close();
    await emulated.stop();
    await server.stop();
  });
});
