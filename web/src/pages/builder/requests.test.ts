import { describe, expect, it } from "vitest";
import { placed, stillHolding } from "./pointers";
import { batchOf, budgetOf, requestOf } from "./requests";
import { filledRows, newBatch, newRow } from "./sheets";

it("says of rows what their cells say, and leaves out blank ones", () => {
  const batch = {
    ...newBatch([
      newRow(),
      newRow({
        prompt: " A {{colour}} {{kind}} ",
        variants: "2",
        references: "ref_1; ref_2",
        aspect_ratio: "04:05:00",
        size: "1k",
        seed: "7",
        tags: "spring, hero",
        "variable:colour": "red",
        "metadata:kind": "tent",
      }),
    ]),
    defaults: { model: "preview" },
    budget: "1,50",
  };
  const { body, rows } = requestOf(batch, filledRows(batch));
  expect(rows).toEqual([batch.rows[1]]);
  expect(body.rows).toEqual([
    {
      prompt: "A {{colour}} {{kind}}",
      variants: 2,
      references: ["ref_1", "ref_2"],
      aspect_ratio: "4:5",
      size: "1K",
      seed: 7,
      tags: ["spring", "hero"],
      variables: { colour: "red", kind: "tent" },
      metadata: { kind: "tent" },
    },
  ]);
  expect(body.defaults).toEqual({ model: "preview" });
  expect(body.budget_micros).toBe(1_500_000);
  expect(body).not.toHaveProperty("name");
});

it("makes the same request of rows that were handed over", () => {
  const handed = {
    prompt: "A {{colour}} tent",
    variants: 2,
    references: ["ref_1"],
    reference_mode: "style_only",
    seed: 7,
    variables: { colour: "red" },
    tags: ["a; b", "c"],
    metadata: { sku: "W-17" },
    expand: { mode: "zip", aspect_ratio: ["1:1", "9:16"] },
  };
  const batch = batchOf([handed], "Again");
  expect(requestOf(batch, filledRows(batch)).body.rows).toEqual([handed]);
  expect(batch.name).toBe("Again");
});

it("takes no amount for none", () => {
  const batch = newBatch();
  expect(budgetOf(batch)).toBeNull();
  expect(budgetOf({ ...batch, budget: "two" })).toBeNaN();
});

describe("the API's pointers", () => {
  const rows = [newRow({ prompt: "A" }), newRow({ prompt: "B", references: "ref_1" })];
  const [, second] = rows;

  it.each([
    ["/rows/1/prompt", "prompt"],
    ["/rows/1/references/0", "references"],
    ["/rows/1/variables/a~1b", "variable:a/b"],
    ["/rows/1/metadata/sku", "metadata:sku"],
    ["/rows/1/expand/model/2", "expand"],
    ["/rows/1", "prompt"],
  ])("%s is a cell of the row as it was sent", (pointer, column) => {
    const [problem] = placed([{ pointer, detail: "No." }], rows);
    expect(problem?.place).toMatchObject({ at: "cell", row: second?.id, column });
  });

  it("tell of defaults and of the batch", () => {
    const found = placed(
      [
        { pointer: "/defaults/model", detail: "a" },
        { pointer: "/budget_micros", detail: "b" },
        { pointer: "/rows", detail: "c" },
        { pointer: "/rows/9/prompt", detail: "d" },
      ],
      rows,
    );
    expect(found.map((problem) => problem.place)).toEqual([
      { at: "default", field: "model" },
      { at: "batch", field: "budget_micros" },
      { at: "batch", field: "rows" },
      { at: "batch", field: "rows" },
    ]);
  });

  it("hold until the cell is changed or its row is gone", () => {
    const problems = placed([{ pointer: "/rows/1/prompt", detail: "No." }], rows);
    const byId = new Map(rows.map((row) => [row.id, row]));
    expect(stillHolding(problems, byId)).toHaveLength(1);
    if (second) byId.set(second.id, { ...second, cells: { prompt: "C" } });
    expect(stillHolding(problems, byId)).toHaveLength(0);
    if (second) byId.delete(second.id);
    expect(stillHolding(problems, byId)).toHaveLength(0);
  });
});
