import type { Problem } from "@/api/problems";
import { Ladder, type LiveState, type Pace, type Standing } from "@/live/ladders";
import { type Gone, type Known, merged, NOTHING, present } from "@/live/revisions";
import { type Batch, type Item, isItem, isWithin, room, type Thing, type Topic } from "@/live/things";
import type { Transport, TransportName } from "@/live/transports";

/** Something that changes by itself, as it is now. */
export interface Live<T> {
  /** Undefined until the first state has come; the last known one while the connection is away. */
  readonly data?: T | undefined;
  readonly state: LiveState;
  readonly transport: TransportName | null;
  /** Why it does not change by itself for now. */
  readonly problem?: Problem | undefined;
  /** When something last changed here, in milliseconds since 1970; null before the first state. */
  readonly changedAt: number | null;
  /** Begin anew at once. */
  readonly retry: () => void;
}

type Told = (things: readonly Thing[]) => void;

/** One topic, followed for all who look at it. */
export class Feed {
  private known: Known = NOTHING;
  private isWhole = false;
  private changedAt: number | null = null;
  private standing: Standing = { state: "connecting", transport: null, problem: null, isOver: false };
  private readonly ladder: Ladder;
  private readonly listeners = new Set<() => void>();
  private now: Live<readonly Thing[]>;
  private isTelling = false;

  constructor(
    readonly topic: Topic,
    transports: readonly Transport[],
    private readonly told: Told = () => {},
    pace?: Pace,
  ) {
    const listener = {
      known: () => this.known.things,
      take: (changes: readonly Thing[], gone: readonly Gone[]) => this.take(changes, gone),
      stands: (standing: Standing) => this.stands(standing),
    };
    this.ladder = new Ladder(transports, topic, listener, pace);
    this.now = this.made();
  }

  start(isOnline: boolean) {
    this.ladder.start(isOnline);
  }

  /** What is known now: the same object until something changes. */
  readonly snapshot = (): Live<readonly Thing[]> => this.now;

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get isWatched(): boolean {
    return this.listeners.size > 0;
  }

  /** Take what others were told of these things, as the answer to an act. */
  take(changes: readonly Thing[], gone: readonly Gone[] = []) {
    const before = this.known;
    this.known = merged(before, changes, gone);
    if (this.known === before) return;
    this.changedAt = Date.now();
    this.told([...this.known.things.values()].filter((thing) => before.things.get(thing.id) !== thing));
    this.publish();
  }

  knows(id: string): boolean {
    return this.known.things.has(id);
  }

  readonly retry = () => this.ladder.retry();
  wake() {
    this.ladder.wake();
  }
  online(isOnline: boolean) {
    this.ladder.online(isOnline);
  }
  rest() {
    this.ladder.rest();
  }
  resume() {
    this.ladder.resume();
  }
  close() {
    this.ladder.close();
    this.listeners.clear();
  }

  private stands(standing: Standing) {
    this.standing = standing;
    if (standing.transport !== null) this.isWhole = true;
    this.publish();
  }

  /** Tell once for all that comes together. */
  private publish() {
    if (this.isTelling) return;
    this.isTelling = true;
    queueMicrotask(() => {
      this.isTelling = false;
      this.now = this.made();
      for (const listener of [...this.listeners]) listener();
    });
  }

  private made(): Live<readonly Thing[]> {
    const { state, transport, problem } = this.standing;
    const data = this.isWhole || this.known.things.size > 0 ? chosen(this.topic, present(this.known)) : undefined;
    return { data, state, transport, problem: problem ?? undefined, changedAt: this.changedAt, retry: this.retry };
  }
}

/** What a topic is about of all that is known, in its order. */
function chosen(topic: Topic, things: Thing[]): readonly Thing[] {
  switch (topic.of) {
    case "batch":
      return things.filter((thing) => thing.id === topic.batch);
    case "items": {
      const items = things.filter((thing): thing is Item => isItem(thing) && isWithin(topic, thing));
      return items.sort((one, other) => one.index - other.index).slice(0, room(topic));
    }
    case "batches": {
      const batches = things.filter((thing): thing is Batch => !isItem(thing) && !thing.archived);
      return batches.sort((one, other) => (one.created_at < other.created_at ? 1 : -1)).slice(0, topic.limit);
    }
  }
}
