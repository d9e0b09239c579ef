import type { BatchView } from "@/api/schema";
import { aBatch } from "@/testing/batches";
import { isOutOfBudget, isOver, lasting, rate, tookSeconds, whyItWaits } from "./pace";

describe("times and rates in words", () => {
  it.each([
    [0.2, "1 s"],
    [40, "40 s"],
    [720, "12 min"],
    [7_500, "2 h 5 min"],
    [7_200, "2 h"],
    [260_000, "3 days"],
  ])("tells %d seconds as %s", (seconds, words) => {
    expect(lasting(seconds)).toBe(words);
  });

  it("tells rates as precisely as they are worth", () => {
    expect(rate(97.43)).toBe("97 a minute");
    expect(rate(3.26)).toBe("3.3 a minute");
  });
});

describe("why a batch waits", () => {
  it("is what the service says", () => {
    expect(whyItWaits(aBatch({ status_reason: "Paused on request." }))).toBe("Paused on request.");
  });

  it("is its place in the queue otherwise", () => {
    const queue = { position: 1_200, starts_at: null };
    expect(whyItWaits(aBatch({ queue }))).toBe("About 1,200 images of others in the standard lane go first.");
    expect(whyItWaits(aBatch({ queue: { ...queue, position: 1 } }))).toContain("About 1 image of others");
    expect(whyItWaits(aBatch({}))).toBe("");
    const soon = { position: 40, starts_at: "2026-11-21T10:12:00Z" };
    expect(whyItWaits(aBatch({ queue: soon }), Date.parse("2026-11-21T10:00:00Z"))).toBe(
      "About 40 images of others in the standard lane go first; the next one of this batch starts in about 12 min.",
    );
  });

  it("is told to be the budget only when the batch stands still for it", () => {
    const paused: Partial<BatchView> = { status: "paused", status_reason: "The batch's budget, $0.15, is reached." };
    const cost = { estimated_micros: 9, reserved_micros: 0, spent_micros: 9, budget_micros: 150_000 };
    expect(isOutOfBudget(aBatch({ ...paused, cost }))).toBe(true);
    expect(isOutOfBudget(aBatch({ ...paused, cost, status: "running" }))).toBe(false);
    expect(isOutOfBudget(aBatch({ ...paused, cost, status_reason: "Paused on request." }))).toBe(false);
    expect(isOutOfBudget(aBatch({ ...paused, cost: { ...cost, budget_micros: null } }))).toBe(false);
  });
});

describe("the end of a batch", () => {
  it("is in four states", () => {
    expect(
      ["completed", "completed_with_failures", "failed", "cancelled"].every((status) =>
        isOver({ status: status as BatchView["status"] }),
      ),
    ).toBe(true);
    expect(isOver({ status: "paused" })).toBe(false);
  });

  it("tells how long it took", () => {
    const times = { started_at: "2026-11-21T10:00:00Z", finished_at: "2026-11-21T10:02:30Z" };
    expect(tookSeconds(times)).toBe(150);
    expect(tookSeconds({ ...times, finished_at: null })).toBeNull();
  });
});
