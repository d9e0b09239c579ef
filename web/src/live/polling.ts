import { asProblem } from "@/api/problems";
import { left } from "@/live/revisions";
import { type Batch, type BatchesTopic, type BatchTopic, hasEnded, type ItemsTopic, type Topic } from "@/live/things";
import { isRefusal, type Line, type Reader, type Transport } from "@/live/transports";
import { readBatch, readBatches, readWindow } from "@/live/windows";

/** How long is waited between two looks. */
export interface PollPace {
  /** While something changes. */
  busyMs: number;
  /** While nothing changes. */
  idleMs: number;
  isHidden(): boolean;
}

const POLL_PACE: PollPace = { busyMs: 2_000, idleMs: 15_000, isHidden: () => globalThis.document?.hidden ?? false };

const SLOWER = 1.5;
const LOOKS_WITHOUT_ITEMS = 4;
/** An ended batch that was told to try again says so a little later. */
const LOOKS_AFTER_THE_END = 2;

/** Asks the API again and again: a batch first, and its items only when it has changed. */
export class PollingTransport implements Transport {
  readonly name = "polling";
  private readonly pollers = new Map<string, BatchPoller>();

  constructor(private readonly pace: PollPace = POLL_PACE) {}

  follows(): boolean {
    return true;
  }

  open(topic: Topic, reader: Reader): Line {
    if (topic.of === "batches") return new BatchesPoller(topic, reader, this.pace).start();
    let poller = this.pollers.get(topic.batch);
    if (poller === undefined) {
      poller = new BatchPoller(topic.batch, this.pace);
      this.pollers.set(topic.batch, poller);
    }
    return poller.join(topic, reader);
  }

  close() {
    for (const poller of this.pollers.values()) poller.end();
    this.pollers.clear();
  }
}

class Looks {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private waitMs: number;

  constructor(private readonly pace: PollPace) {
    this.waitMs = pace.busyMs;
  }

  /** Look again later: soon when something changed, later and later while nothing does. */
  plan(look: () => void, isBusy: boolean) {
    clearTimeout(this.timer);
    this.waitMs = isBusy ? this.pace.busyMs : Math.min(this.pace.idleMs, this.waitMs * SLOWER);
    this.timer = setTimeout(look, this.pace.isHidden() ? Math.max(this.waitMs, this.pace.idleMs) : this.waitMs);
  }

  soon(look: () => void) {
    clearTimeout(this.timer);
    this.timer = setTimeout(look, 0);
  }

  stop() {
    clearTimeout(this.timer);
  }
}

interface Asking {
  readonly topic: BatchTopic | ItemsTopic;
  readonly reader: Reader;
  isNew: boolean;
}

class BatchPoller {
  private readonly asking = new Set<Asking>();
  private readonly looks: Looks;
  private aborting = new AbortController();
  private isLooking = false;
  private revision = -1;
  private unchanged = 0;
  private looksAtTheEnd = 0;

  constructor(
    private readonly batch: string,
    pace: PollPace,
  ) {
    this.looks = new Looks(pace);
  }

  join(topic: BatchTopic | ItemsTopic, reader: Reader): Line {
    const one: Asking = { topic, reader, isNew: true };
    if (this.asking.size === 0) {
      this.revision = -1;
      this.looksAtTheEnd = 0;
      this.aborting = new AbortController();
    }
    this.asking.add(one);
    if (!this.isLooking) this.looks.soon(() => void this.look());
    return { close: () => this.part(one) };
  }

  end() {
    for (const one of this.asking) this.part(one);
  }

  private part(one: Asking) {
    this.asking.delete(one);
    if (this.asking.size > 0) return;
    this.looks.stop();
    this.aborting.abort();
    this.isLooking = false;
  }

  private async look() {
    const { signal } = this.aborting;
    this.isLooking = true;
    try {
      const batch = await readBatch(this.batch, signal);
      const hasChanged = batch.revision !== this.revision || this.unchanged >= LOOKS_WITHOUT_ITEMS;
      await Promise.all([...this.asking].map((one) => this.tell(one, batch, hasChanged || one.isNew, signal)));
      if (signal.aborted) return;
      this.isLooking = false;
      this.seen(batch, batch.revision !== this.revision);
    } catch (error) {
      if (signal.aborted) return;
      this.isLooking = false;
      this.drop(error);
    }
  }

  private async tell(one: Asking, batch: Batch, isWanted: boolean, signal: AbortSignal) {
    if (one.topic.of === "batch") one.reader.take([batch]);
    else if (isWanted) {
      const before = one.reader.known().values();
      const items = await readWindow(one.topic, signal);
      if (!this.asking.has(one)) return;
      one.reader.take(items, left(one.topic, before, items));
    }
    one.isNew = false;
    one.reader.up();
  }

  private seen(batch: Batch, hasChanged: boolean) {
    this.unchanged = hasChanged ? 0 : this.unchanged + 1;
    if (this.unchanged > LOOKS_WITHOUT_ITEMS) this.unchanged = 0;
    this.revision = batch.revision;
    this.looksAtTheEnd = hasEnded(batch.status) ? this.looksAtTheEnd + 1 : 0;
    const isSettled = this.looksAtTheEnd > LOOKS_AFTER_THE_END && [...this.asking].every((one) => !one.isNew);
    if (isSettled) for (const one of [...this.asking]) one.reader.over();
    if (this.asking.size > 0) {
      const isNew = [...this.asking].some((one) => one.isNew);
      if (isNew) this.looks.soon(() => void this.look());
      else this.looks.plan(() => void this.look(), hasChanged);
    }
  }

  private drop(error: unknown) {
    const problem = asProblem(error);
    for (const one of [...this.asking]) {
      this.part(one);
      if (isRefusal(problem)) one.reader.refused(problem);
      else one.reader.lost(problem);
    }
  }
}

/** The list of batches: looked at often only while something in it runs. */
class BatchesPoller {
  private readonly aborting = new AbortController();
  private readonly looks: Looks;

  constructor(
    private readonly topic: BatchesTopic,
    private readonly reader: Reader,
    pace: PollPace,
  ) {
    this.looks = new Looks(pace);
  }

  start(): Line {
    this.looks.soon(() => void this.look());
    return {
      close: () => {
        this.looks.stop();
        this.aborting.abort();
      },
    };
  }

  private async look() {
    const { signal } = this.aborting;
    const before = this.reader.known().values();
    try {
      const batches = await readBatches(this.topic, signal);
      if (signal.aborted) return;
      this.reader.take(batches, left(this.topic, before, batches));
      this.reader.up();
      this.looks.plan(
        () => void this.look(),
        batches.some((batch) => !hasEnded(batch.status)),
      );
    } catch (error) {
      if (signal.aborted) return;
      const problem = asProblem(error);
      if (isRefusal(problem)) this.reader.refused(problem);
      else this.reader.lost(problem);
    }
  }
}
