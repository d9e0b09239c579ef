import { describe, expect, it } from "vitest";
import { guess, hasHeader, importRows, mappingProblem } from "./imports";

function targets(grid: string[][], prompts: string[] = []): string[] {
  return guess(grid, prompts).map((column) => column.target);
}

describe("the guess of what a column gives", () => {
  it("knows fields however they are written", () => {
    expect(
      targets([
        ["Prompt", "Aspect Ratio", "reference-mode", "SEED"],
        ["A tent", "4:5", "", "7"],
      ]),
    ).toEqual(["prompt", "aspect_ratio", "reference_mode", "seed"]);
  });

  it("makes variables of columns that the prompts name, and metadata of others", () => {
    expect(
      targets([
        ["prompt", "Colour", "SKU"],
        ["A {{colour}} tent", "red", "W-17"],
      ]),
    ).toEqual(["prompt", "variable:colour", "metadata:SKU"]);
  });

  it("takes common words for fields that have no column of their own name", () => {
    expect(
      targets([
        ["Description", "Ratio"],
        ["A tent", "4:5"],
      ]),
    ).toEqual(["prompt", "aspect_ratio"]);
    expect(
      targets([
        ["Description", "prompt"],
        ["x", "A tent"],
      ]),
    ).toEqual(["metadata:Description", "prompt"]);
  });

  it("leaves out columns without a value", () => {
    expect(
      targets([
        ["prompt", "notes"],
        ["A tent", ""],
      ]),
    ).toEqual(["prompt", ""]);
  });
});

it("knows a header from a row of values", () => {
  expect(hasHeader([["prompt"], ["A tent"]])).toBe(true);
  expect(
    hasHeader([
      ["Prompt", "SKU"],
      ["A tent", "1"],
    ]),
  ).toBe(true);
  expect(hasHeader([["Make this prompt great", "size"]])).toBe(true);
  expect(hasHeader([["A tent", "2"]])).toBe(false);
  expect(hasHeader([["size"]])).toBe(false);
});

it("makes rows of a grid, with ids for pictures that are known by name and a value a column for JSON", () => {
  const grid = [
    ["prompt", "references", "metadata", "Note"],
    ["A tent", "photos/Walker.jpg, other.png", '{"sku": "W-17", "price": 12}', "ours"],
    ["", "", "", ""],
  ];
  const { rows, free } = importRows(grid, guess(grid), new Map([["walker.jpg", "ref_1"]]));
  expect(rows.map((row) => row.cells)).toEqual([
    {
      prompt: "A tent",
      references: "ref_1; other.png",
      "metadata:sku": "W-17",
      "metadata:price": "12",
      "metadata:Note": "ours",
    },
  ]);
  expect(free.map((column) => column.name)).toEqual(["sku", "price", "Note"]);
});

it("says what a mapping lacks", () => {
  const mapping = guess([
    ["a", "b"],
    ["1", "2"],
  ]);
  expect(mappingProblem(mapping)).toBe("Say which column holds the prompts.");
  const twice = mapping.map((column) => ({ ...column, target: "prompt" as const }));
  expect(mappingProblem(twice)).toBe("Two columns become prompt: choose another place for one of them.");
  expect(mappingProblem([{ column: "Column A", name: "a", target: "prompt", examples: [] }])).toBe("");
});

it("takes a column for one of its own, whatever word of the language it is called by", () => {
  const grid = [
    ["prompt", "constructor", "Aspect"],
    ["A tent", "Ada", "4:5"],
  ];
  expect(guess(grid).map((column) => column.target)).toEqual(["prompt", "metadata:constructor", "aspect_ratio"]);
});

it("guesses at a grid of more lines than a call takes arguments", () => {
  const grid = [["prompt"], ...Array.from({ length: 200_000 }, () => ["A tent"])];
  expect(guess(grid)).toMatchObject([{ target: "prompt", examples: ["A tent"] }]);
});

it("calls a column by its letter where nothing of its name may be in one", () => {
  const grid = [
    ["prompt", "***"],
    ["A tent", "5"],
  ];
  expect(guess(grid)[1]).toMatchObject({ name: "Column B", target: "metadata:Column B" });
});
