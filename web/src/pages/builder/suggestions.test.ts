import { expect, it } from "vitest";
import { newBatch, newRow } from "./sheets";
import { applied } from "./suggestions";

it("carries out a suggestion for the batch, and one for each row", () => {
  const batch = newBatch([newRow({ prompt: "A", size: "4K", variants: "3" }), newRow({ prompt: "B" })]);

  expect(applied(batch, { reuse: true })).toEqual({ ...batch, reuse: true });
  expect(applied(batch, { priority: "economy" }).priority).toBe("economy");
  const smaller = applied(batch, { each_row: { size: "1K", variants: 1 } });
  expect(smaller.defaults).toEqual({ size: "1K", variants: "1" });
  expect(smaller.rows.map((row) => row.cells)).toEqual([{ prompt: "A" }, { prompt: "B" }]);
});
