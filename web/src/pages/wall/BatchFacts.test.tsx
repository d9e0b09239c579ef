import { aBatch } from "@/testing/batches";
import { factsOf } from "./BatchFacts";

const facts = (said: Parameters<typeof aBatch>[0]) => Object.fromEntries(factsOf(aBatch(said)));
const { cost, progress } = aBatch();

describe("the figures of a batch", () => {
  it("of a running one are how far, how fast, how long still and how much of what", () => {
    expect(facts({})).toEqual({
      Ready: "3 of 10",
      Speed: "30 a minute",
      "Time left": "about 12 s",
      Cost: "$0.12 of about $0.40",
    });
  });

  it("of one that is over are how long it took and what it cost", () => {
    const over = facts({ status: "completed", finished_at: "2026-11-21T10:02:01Z" });
    expect(over).toEqual({ Ready: "3 of 10", Took: "2 min", Cost: "$0.12" });
  });

  it("promise no end that is not known", () => {
    const paused = { ...progress, images_per_minute: 0, eta_seconds: null };
    expect(Object.keys(facts({ status: "paused", progress: paused }))).toEqual(["Ready", "Cost"]);
  });

  it("name the budget where there is one", () => {
    expect(facts({ cost: { ...cost, budget_micros: 500_000 } }).Cost).toBe("$0.12 of $0.50 budget");
  });
});
