import { aBatch } from "@/testing/batches";
import { suggestedBudget } from "./budgets";

const cost = { estimated_micros: 400_000, reserved_micros: 0, spent_micros: 90_000, budget_micros: null };

describe("a budget that is suggested", () => {
  it("leaves room above the estimate, in whole cents", () => {
    expect(suggestedBudget(aBatch({ cost: { ...cost, spent_micros: 0 } }))).toBe(480_000);
  });

  it("believes what was spent more than an estimate that was too low", () => {
    const spent = { ...cost, spent_micros: 300_000 };
    expect(suggestedBudget(aBatch({ cost: spent }))).toBe(1_200_000);
  });

  it("never lowers what is set", () => {
    expect(suggestedBudget(aBatch({ cost: { ...cost, budget_micros: 9_000_000 } }))).toBe(9_000_000);
  });
});
