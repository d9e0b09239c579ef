import type { LaneView } from "@/api/schema";
import { type History, KEPT_POINTS, remembered } from "@/pages/monitor/histories";

const lane = (waiting: number): LaneView => ({
  lane: "standard",
  batches: 1,
  waiting,
  running: 0,
  oldest_waiting_seconds: 0,
  images_per_minute: waiting * 2,
});
const seen = (second: number, waiting: number) => ({
  at: new Date(second * 1000).toISOString(),
  lanes: [lane(waiting)],
});

describe("what was polled", () => {
  it("is kept in its order, each answer once", () => {
    let history: History = {};
    for (const one of [seen(5, 1), seen(10, 2), seen(10, 2), seen(5, 9)]) history = remembered(history, one);
    expect(history.standard?.map(({ waiting, rate }) => [waiting, rate])).toEqual([
      [1, 2],
      [2, 4],
    ]);
  });

  it("is kept for a while only", () => {
    let history: History = {};
    for (let second = 0; second < KEPT_POINTS + 5; second += 1) history = remembered(history, seen(second, second));
    expect(history.standard).toHaveLength(KEPT_POINTS);
    expect(history.standard?.at(-1)?.waiting).toBe(KEPT_POINTS + 4);
  });

  it("stays as it is where lanes could not be read", () => {
    const history = remembered({}, seen(1, 1));
    expect(remembered(history, { at: "2026-01-01T00:00:00Z", lanes: null })).toBe(history);
  });
});
