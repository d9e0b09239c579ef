import { asProblem, Problem } from "@/api/problems";
import { left } from "@/live/revisions";
import { type Place, stream } from "@/live/streams";
import {
  type Batch,
  type BatchTopic,
  hasEnded,
  type ItemsTopic,
  isItem,
  nameOf,
  type Thing,
  type Topic,
} from "@/live/things";
import { isRefusal, type Line, type Reader, type Transport } from "@/live/transports";
import { readWindow } from "@/live/windows";

/** Lines that open in one go, as those of the windows of one page do, share one stream from the beginning. */
const GATHER_MS = 10;
const SHORTEST_STREAM_MS = 1_000;
const REFILL_MS = 1_000;

/** Server-sent events: one stream a batch, shared by all who follow it or a window of its items. */
export class EventsTransport implements Transport {
  readonly name = "events";
  private readonly shared = new Map<string, SharedStream>();

  follows(topic: Topic): boolean {
    return topic.of !== "batches";
  }

  open(topic: Topic, reader: Reader): Line {
    if (topic.of === "batches") throw new Error("There is no stream of batches.");
    let shared = this.shared.get(topic.batch);
    if (shared === undefined) {
      shared = new SharedStream(topic.batch);
      this.shared.set(topic.batch, shared);
    }
    return shared.join(topic, reader);
  }

  close() {
    for (const shared of this.shared.values()) shared.end();
    this.shared.clear();
  }
}

class Follower {
  readonly reading = new AbortController();
  refilling: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly topic: BatchTopic | ItemsTopic,
    readonly reader: Reader,
    /** All there is of its window was told by the streams so far. */
    public isWhole: boolean,
  ) {}

  follows(kind: "batch" | "item", thing: Thing): boolean {
    if (this.topic.of === "batch") return kind === "batch";
    return kind === "item" && isItem(thing) && this.topic.from <= thing.index && thing.index < this.topic.to;
  }

  /** Tell all there is of its window now. Raises a `Problem`. */
  async read() {
    if (this.topic.of === "batch") return;
    const before = this.reader.known().values();
    const items = await readWindow(this.topic, this.reading.signal);
    this.reader.take(items, left(this.topic, before, items));
    this.isWhole = true;
  }

  /** Another item may take the place of one that leaves a window by its state. */
  isLeft(thing: Thing): boolean {
    if (this.topic.of === "batch" || this.topic.status === undefined) return false;
    return thing.status !== this.topic.status && this.reader.known().has(thing.id);
  }
}

class SharedStream {
  private readonly followers = new Set<Follower>();
  private place: Place | null = null;
  private leave: (() => void) | null = null;
  private since: string | null = null;
  /** What was whole up to `since` when the connection was lost. */
  private readonly resumable = new Set<string>();
  private last: Batch | null = null;
  /** The batch was told by this stream: what it missed came before. */
  private isOpen = false;
  private openedAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly batch: string) {}

  join(topic: BatchTopic | ItemsTopic, reader: Reader): Line {
    const isWhole = topic.of === "batch" || this.resumable.has(nameOf(topic));
    const follower = new Follower(topic, reader, isWhole);
    this.followers.add(follower);
    if (this.holds(topic)) void this.fill(follower);
    else {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.connect(), GATHER_MS);
    }
    return { close: () => this.part(follower) };
  }

  end() {
    for (const follower of this.followers) this.part(follower);
  }

  private part(follower: Follower) {
    if (!this.followers.delete(follower)) return;
    follower.reading.abort();
    clearTimeout(follower.refilling);
    if (this.followers.size === 0) this.hangUp();
  }

  private hangUp() {
    clearTimeout(this.timer);
    this.leave?.();
    this.leave = null;
    this.place = null;
    this.isOpen = false;
  }

  private holds(topic: BatchTopic | ItemsTopic): boolean {
    if (this.place === null) return false;
    return topic.of === "batch" || (this.place.from <= topic.from && topic.to <= this.place.to);
  }

  private connect() {
    if (this.followers.size === 0) return;
    this.hangUp();
    const windows = [...this.followers].map((one) => one.topic).filter((topic) => topic.of === "items");
    const from = windows.length === 0 ? 0 : Math.min(...windows.map((topic) => topic.from));
    const to = Math.max(0, ...windows.map((topic) => topic.to));
    this.place = { batch: this.batch, from, to };
    this.openedAt = performance.now();
    // Where nobody has seen anything, all is read anyway. Who is not here now misses what is told from now on.
    if (![...this.followers].some((one) => one.topic.of === "items" && one.isWhole)) this.since = null;
    this.resumable.clear();
    this.leave = stream(this.place, this.since, {
      told: (kind, thing, id) => this.told(kind, thing, id),
      ended: () => this.ended(),
      broke: (problem) => this.drop(problem),
    });
  }

  private told(kind: "batch" | "item", thing: Thing, id: string) {
    if (id !== "") this.since = id;
    if (kind === "batch") this.last = thing as Batch;
    for (const follower of this.followers) {
      if (!follower.follows(kind, thing)) continue;
      if (follower.isLeft(thing)) this.refill(follower);
      follower.reader.take([thing]);
    }
    if (kind !== "batch" || this.isOpen) return;
    this.isOpen = true;
    for (const follower of [...this.followers]) void this.fill(follower);
  }

  private refill(follower: Follower) {
    follower.refilling ??= setTimeout(() => {
      follower.refilling = undefined;
      void this.fill(follower);
    }, REFILL_MS);
  }

  /** Read what is there, now that changes are told: nothing falls between the two. */
  private async fill(follower: Follower) {
    if (!this.isOpen) return;
    if (follower.topic.of === "batch" && this.last !== null) follower.reader.take([this.last]);
    if (follower.topic.of === "items" && (!follower.isWhole || follower.topic.status !== undefined)) {
      try {
        await follower.read();
      } catch (error) {
        if (this.followers.has(follower)) this.tellProblem(follower, asProblem(error));
        return;
      }
    }
    if (this.followers.has(follower) && this.isOpen) follower.reader.up();
  }

  private ended() {
    const isFinal = this.last !== null && hasEnded(this.last.status);
    const wasLong = performance.now() - this.openedAt >= SHORTEST_STREAM_MS;
    const wasOpen = this.isOpen;
    this.hangUp();
    if (wasOpen && isFinal) void this.finish();
    else if (wasOpen && wasLong) this.connect();
    else this.drop(new Problem(GONE));
  }

  /** The batch has ended: whoever waits for a reading gets it, then there is nothing more to tell. */
  private async finish() {
    for (const follower of [...this.followers]) {
      if (follower.topic.of === "items" && !follower.isWhole) {
        try {
          await follower.read();
        } catch (error) {
          if (this.followers.has(follower)) this.tellProblem(follower, asProblem(error));
          continue;
        }
      }
      if (this.followers.has(follower)) follower.reader.over();
    }
  }

  private drop(problem: Problem) {
    this.hangUp();
    for (const follower of [...this.followers]) {
      if (follower.isWhole) this.resumable.add(nameOf(follower.topic));
      this.tellProblem(follower, problem);
    }
  }

  private tellProblem(follower: Follower, problem: Problem) {
    this.part(follower);
    if (isRefusal(problem)) follower.reader.refused(problem);
    else follower.reader.lost(problem);
  }
}

const GONE = {
  status: 0,
  code: "stream-ended",
  title: "The connection ended",
  detail: "Fanfold closed the stream of events. This page connects again by itself.",
};
