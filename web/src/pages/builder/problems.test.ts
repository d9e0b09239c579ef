import { expect, it } from "vitest";
import type { PlacedProblem } from "./pointers";
import { problemsOf } from "./problems";
import { newBatch, newRow } from "./sheets";

const KNOWN = { defaults: {}, models: [], arriving: new Set<string>() };
const LIMITS = { rows: 2, images: 10 };

it("parts the rows that are right from those with wrong cells, certain ones and those that the API told", () => {
  const [right, wrong, told] = [
    newRow({ prompt: "A" }),
    newRow({ variants: "2" }),
    newRow({ prompt: "B", model: "x" }),
  ];
  const api: PlacedProblem = { place: { at: "cell", row: told.id, column: "model", sent: "x" }, detail: "No." };
  const found = problemsOf(newBatch([right, newRow(), wrong, told]), KNOWN, [api], { rows: 9, images: 10 });

  expect(found.right).toEqual([right, told]);
  expect(found.cells.get(wrong.id)).toEqual([{ column: "prompt", detail: "This may not be empty." }]);
  expect(found.cells.get(told.id)).toEqual([{ column: "model", detail: "No." }]);
  expect(found.others).toEqual([]);
});

it("says what is wrong with the batch beside its rows", () => {
  const rows = [newRow({ prompt: "A" }), newRow({ prompt: "B" }), newRow({ prompt: "C" })];
  const batch = { ...newBatch(rows), budget: "much", defaults: { seed: "x" } };
  expect(problemsOf(batch, KNOWN, [], LIMITS).others.map((problem) => problem.detail)).toEqual([
    "“x” is not a whole number from 0 to 2147483647.",
    "Write the budget in dollars, like 25 or 2.50.",
    "3 rows are too many; send at most 2 in one batch.",
  ]);
});
