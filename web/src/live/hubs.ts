import type { QueryClient } from "@tanstack/react-query";
import { keep } from "@/live/caches";
import { Feed } from "@/live/feeds";
import type { Pace } from "@/live/ladders";
import { nameOf, type Thing, type Topic } from "@/live/things";
import type { Transport } from "@/live/transports";

export interface HubPace {
  /** What nobody looks at any more is followed this long: who scrolls back finds it. */
  lingerMs: number;
  /** A page that nobody sees goes on this long. */
  hiddenMs: number;
  ladder?: Pace;
}

const HUB_PACE: HubPace = { lingerMs: 5_000, hiddenMs: 60_000 };

/** All that is followed for one person: one feed a topic, however many look at it, until they sign out. */
export class LiveHub {
  private readonly feeds = new Map<string, Feed>();
  private readonly leaving = new Map<Feed, ReturnType<typeof setTimeout>>();
  private readonly stops: (() => void)[];
  private resting: ReturnType<typeof setTimeout> | undefined;
  private isResting = false;
  private isClosed = false;

  constructor(
    private readonly transports: readonly Transport[],
    private readonly queries: QueryClient,
    private readonly pace: HubPace = HUB_PACE,
  ) {
    this.stops = [this.hearWindow(), this.hearActs()];
  }

  /** The feed of a topic that somebody follows. */
  find(topic: Topic): Feed | undefined {
    return this.feeds.get(nameOf(topic));
  }

  private feed(topic: Topic): Feed {
    const name = nameOf(topic);
    const known = this.feeds.get(name);
    if (known !== undefined) return known;
    const feed = new Feed(topic, this.transports, (things) => keep(this.queries, things), this.pace.ladder);
    this.feeds.set(name, feed);
    feed.start(globalThis.navigator?.onLine ?? true);
    return feed;
  }

  /** Follow a topic for as long as somebody listens; returns how to stop. */
  watch(topic: Topic, listener: () => void): () => void {
    if (this.isClosed) return () => {};
    const feed = this.feed(topic);
    clearTimeout(this.leaving.get(feed));
    const stop = feed.subscribe(listener);
    return () => {
      stop();
      this.leave(feed);
    };
  }

  /** Let go of everything: nothing of one person is left for the next one. */
  close() {
    this.isClosed = true;
    clearTimeout(this.resting);
    for (const stop of this.stops) stop();
    for (const timer of this.leaving.values()) clearTimeout(timer);
    for (const feed of this.feeds.values()) feed.close();
    for (const transport of this.transports) transport.close();
    this.feeds.clear();
    this.leaving.clear();
  }

  private leave(feed: Feed) {
    if (feed.isWatched || this.isClosed) return;
    clearTimeout(this.leaving.get(feed));
    const timer = setTimeout(() => {
      this.leaving.delete(feed);
      if (feed.isWatched) return;
      feed.close();
      this.feeds.delete(nameOf(feed.topic));
    }, this.pace.lingerMs);
    this.leaving.set(feed, timer);
  }

  private each(act: (feed: Feed) => void) {
    for (const feed of this.feeds.values()) act(feed);
  }

  private hearWindow(): () => void {
    const onOnline = () => this.each((feed) => feed.online(true));
    const onOffline = () => this.each((feed) => feed.online(false));
    const onVisible = () => (globalThis.document.hidden ? this.restLater() : this.awake());
    globalThis.addEventListener?.("online", onOnline);
    globalThis.addEventListener?.("offline", onOffline);
    globalThis.document?.addEventListener("visibilitychange", onVisible);
    return () => {
      globalThis.removeEventListener?.("online", onOnline);
      globalThis.removeEventListener?.("offline", onOffline);
      globalThis.document?.removeEventListener("visibilitychange", onVisible);
    };
  }

  private restLater() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.isResting = true;
      this.each((feed) => feed.topic.of !== "batches" && feed.rest());
    }, this.pace.hiddenMs);
  }

  private awake() {
    clearTimeout(this.resting);
    if (this.isResting) this.each((feed) => feed.resume());
    this.isResting = false;
    this.each((feed) => feed.wake());
  }

  /** What an act was answered is known at once, and what had ended may go on after it. */
  private hearActs(): () => void {
    return this.queries.getMutationCache().subscribe((event) => {
      if (event.type !== "updated" || event.action.type !== "success") return;
      const told: unknown = event.action.data;
      if (isThing(told)) this.each((feed) => feed.knows(told.id) && feed.take([told]));
      this.each((feed) => feed.wake());
    });
  }
}

const PREFIXES = ["bat_", "itm_"];

function isThing(told: unknown): told is Thing {
  const thing = told as Partial<Thing> | null;
  if (typeof thing !== "object" || thing === null || typeof thing.id !== "string") return false;
  return typeof thing.revision === "number" && PREFIXES.includes(thing.id.slice(0, 4));
}
