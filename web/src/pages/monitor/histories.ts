import type { MonitorView } from "@/api/schema";

/** What was polled of one lane, the oldest first. */
export interface LanePoint {
  at: number;
  waiting: number;
  rate: number;
}

export type History = Readonly<Record<string, readonly LanePoint[]>>;

/** How many points are kept: ten minutes of one every five seconds. */
export const KEPT_POINTS = 120;

/** The history with what was seen now; an answer that was seen before changes nothing. */
export function remembered(history: History, now: Pick<MonitorView, "at" | "lanes">): History {
  if (now.lanes === null) return history;
  const at = Date.parse(now.at);
  const last = Object.values(history)[0]?.at(-1);
  if (last !== undefined && at <= last.at) return history;
  return Object.fromEntries(
    now.lanes.map((lane) => {
      const point = { at, waiting: lane.waiting, rate: lane.images_per_minute };
      return [lane.lane, [...(history[lane.lane] ?? []), point].slice(-KEPT_POINTS)];
    }),
  );
}
