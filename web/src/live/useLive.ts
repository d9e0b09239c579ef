import { createContext, useCallback, useContext, useMemo, useRef, useSyncExternalStore } from "react";
import type { Live } from "@/live/feeds";
import type { LiveHub } from "@/live/hubs";
import type { LiveState } from "@/live/ladders";
import type { Batch, Item, ItemsTopic, Thing, Topic } from "@/live/things";

/** What is followed for the person who is signed in; null while nobody is. */
export const LiveContext = createContext<LiveHub | null>(null);

/** How many items one line follows: windows are made of such pages, so that scrolling opens and closes whole ones. */
const PAGE = 50;
const LISTED = 50;

export interface Window {
  readonly from: number;
  readonly to: number;
  readonly status?: ItemsTopic["status"];
}

/** A batch, live. */
export function useLiveBatch(batch: string): Live<Batch> {
  const topics = useMemo<Topic[]>(() => [{ of: "batch", batch }], [batch]);
  const live = useTopics(topics);
  return useMemo(() => ({ ...live, data: live.data?.[0] as Batch | undefined }), [live]);
}

/** The items of a window, live, in the order of the rows.
 *
 * A window goes from one place in the batch up to, not including, another one. With a `status`, it is the first 200 items of that state in it:
 * the next ones are in a window that begins behind the last one's `index`.
 */
export function useLiveItems(batch: string, { from, to, status }: Window): Live<readonly Item[]> {
  const topics = useMemo(() => pagesOf(batch, { from, to, status }), [batch, from, to, status]);
  const live = useTopics(topics);
  return useMemo(() => {
    const items = live.data as readonly Item[] | undefined;
    return { ...live, data: items?.filter((item) => from <= item.index && item.index < to) };
  }, [live, from, to]);
}

/** The newest batches in use, live. */
export function useLiveBatches(limit: number = LISTED): Live<readonly Batch[]> {
  const topics = useMemo<Topic[]>(() => [{ of: "batches", limit }], [limit]);
  return useTopics(topics) as Live<readonly Batch[]>;
}

export function pagesOf(batch: string, { from, to, status }: Window): ItemsTopic[] {
  if (to <= from) return [];
  if (status !== undefined) return [{ of: "items", batch, from, to, status }];
  const first = Math.floor(from / PAGE);
  const pages = Math.ceil(to / PAGE) - first;
  return Array.from({ length: pages }, (_, at) => {
    const start = (first + at) * PAGE;
    return { of: "items", batch, from: start, to: start + PAGE };
  });
}

const NOWHERE: Live<readonly Thing[]> = {
  state: "connecting",
  transport: null,
  changedAt: null,
  retry: () => {},
};

function useTopics(topics: readonly Topic[]): Live<readonly Thing[]> {
  const hub = useContext(LiveContext);
  const last = useRef<{ parts: readonly Live<readonly Thing[]>[]; whole: Live<readonly Thing[]> } | null>(null);
  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = hub === null ? [] : topics.map((topic) => hub.watch(topic, listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [hub, topics],
  );
  const snapshot = useCallback(() => {
    if (hub === null) return NOWHERE;
    const parts = topics.map((topic) => hub.find(topic)?.snapshot() ?? NOWHERE);
    const known = last.current;
    if (known !== null && known.parts.length === parts.length && parts.every((part, at) => part === known.parts[at])) {
      return known.whole;
    }
    const whole = together(parts);
    last.current = { parts, whole };
    return whole;
  }, [hub, topics]);
  return useSyncExternalStore(subscribe, snapshot);
}

/** From the best to what a person should know of first. */
const WORSE: readonly LiveState[] = ["live", "polling", "connecting", "reconnecting", "offline", "failed"];

/** Several parts as one: all they know, and the state of the one that stands worst. */
export function together(parts: readonly Live<readonly Thing[]>[]): Live<readonly Thing[]> {
  const [first] = parts;
  if (first === undefined) return { ...NOWHERE, state: "live", data: [] };
  if (parts.length === 1) return first;
  const worst = parts.reduce((one, other) => (WORSE.indexOf(other.state) > WORSE.indexOf(one.state) ? other : one));
  const isKnown = parts.some((part) => part.data !== undefined);
  const moments = parts.map((part) => part.changedAt).filter((moment) => moment !== null);
  return {
    ...worst,
    data: isKnown ? parts.flatMap((part) => part.data ?? []) : undefined,
    changedAt: moments.length > 0 ? Math.max(...moments) : null,
    retry: () => {
      for (const part of parts) part.retry();
    },
  };
}
