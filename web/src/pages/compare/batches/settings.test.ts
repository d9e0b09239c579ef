import type { BatchView, ItemView } from "@/api/schema";
import { aBatch, anItem } from "@/testing/batches";
import { figureLines } from "./figures";
import { pairsOf } from "./pairs";
import { differences, valuesOf } from "./settings";

const known = (said: Partial<ItemView>, batch: Partial<BatchView> = {}, prompts = ["A {{thing}}", "A lake"]) => ({
  batch: aBatch(batch),
  items: [anItem({ index: 0, ...said }), anItem({ index: 1, ...said })],
  prompts,
});

describe("what is different in two batches", () => {
  it("is nothing where only chance differs", () => {
    const [a, b] = [known({ seed: 1 }), known({ seed: 2 })];
    expect(differences(a, b, pairsOf(a.items, b.items))).toEqual([]);
  });

  it("are the settings, the prompts as they were written, and the lane", () => {
    const a = known({ model: "one" });
    const b = known({ model: "two", size: "2K" }, { priority: "economy" }, ["A {{thing}}", "A lake at dusk"]);
    expect(differences(a, b, pairsOf(a.items, b.items)).map(({ name, a, b, note }) => [name, a, b, note])).toEqual([
      ["Prompt", "A lake", "A lake at dusk", "in row 2"],
      ["Model", "one", "two", ""],
      ["Size", "1K", "2K", ""],
      ["Priority", "Standard", "Economy", ""],
    ]);
  });

  it("says in how many pairs, where not in all", () => {
    const a = known({});
    const b = { ...a, items: [anItem({ index: 0, size: "2K" }), anItem({ index: 1 })] };
    const [size] = differences(a, b, pairsOf(a.items, b.items));
    expect(size).toMatchObject({ name: "Size", a: "1K", note: "in 1 of 2 pairs" });
  });

  it("names many values by the most frequent ones", () => {
    expect(valuesOf(["b", "a", "b", ""])).toBe("b, a");
    expect(valuesOf(["a", "b", "c", "d", "d"])).toBe("d, a and 2 more");
  });
});

describe("what two batches came to", () => {
  it("marks the better one, and nothing where both are as good", () => {
    const progress = { ...aBatch().progress, succeeded: 2, failed: 0 };
    const cost = { ...aBatch().cost, spent_micros: 80_000 };
    const cheap = { ...known({ duration_ms: 2_000 }), batch: aBatch({ progress, cost }) };
    const dear = {
      ...known({ duration_ms: 4_000 }),
      batch: aBatch({ progress, cost: { ...cost, spent_micros: 160_000 } }),
    };
    const lines = new Map(figureLines(cheap, dear, () => false).map((line) => [line.name, line]));
    expect(lines.get("Cost an image")).toMatchObject({ a: "$0.04", b: "$0.08", better: "a" });
    expect(lines.get("Time an image")).toMatchObject({ a: "2.0 s", b: "4.0 s", better: "a" });
    expect(lines.get("Failed")?.better).toBeNull();
    expect(lines.get("Average rating")).toMatchObject({ a: "–", b: "–", better: null });
  });
});
