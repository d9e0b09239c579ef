import type { ItemView } from "@/api/schema";
import { anItem } from "@/testing/batches";
import { beside, choiceOf, pairsOf, placesOf, scoreOf, unpaired, verdictOf } from "./pairs";

const item = (side: string, index: number, said: Partial<ItemView> = {}): ItemView => {
  const made = anItem({ index, ...said });
  const id = `${side}${index}`;
  return { ...made, id, asset: made.asset && { ...made.asset, id: `ast_${id}` } };
};
const picking =
  (...ids: string[]) =>
  ({ asset }: ItemView) =>
    asset !== null && ids.includes(asset.id);

describe("pairs of two batches", () => {
  it("are the images of the same row and variant, in the order of the rows", () => {
    const a = [item("a", 1, { row: 1 }), item("a", 0, { row: 0 })];
    const b = [item("b", 0, { row: 0 }), item("b", 1, { row: 0, variant: 2 }), item("b", 2, { row: 1 })];
    expect(pairsOf(a, b).map((pair) => [pair.key, pair.a?.id, pair.b?.id])).toEqual([
      ["1.1", "a0", "b0"],
      ["1.2", undefined, "b1"],
      ["2.1", "a1", "b2"],
    ]);
  });

  it("take the images of one variant in their order where lists multiplied a row", () => {
    const two = (side: string) => [item(side, 0, { row: 4 }), item(side, 1, { row: 4 })];
    expect(pairsOf(two("a"), two("b")).map((pair) => [pair.key, pair.a?.id, pair.b?.id])).toEqual([
      ["5.1", "a0", "b0"],
      ["5.1.2", "a1", "b1"],
    ]);
  });

  it("stand alone where the other batch has no such row", () => {
    const pairs = pairsOf([item("a", 0)], [item("b", 0), item("b", 1), item("b", 2)]);
    const { a, b } = unpaired(pairs);
    expect(a).toEqual([]);
    expect(placesOf(b.map((pair) => pair.row))).toBe("rows 2–3");
    expect(placesOf([4, 0, 4])).toBe("rows 1, 5");
    expect(placesOf([7])).toBe("row 8");
  });
});

describe("the score of two batches", () => {
  const a = [item("a", 0), item("a", 1), item("a", 2), item("a", 3), item("a", 4, { status: "failed", asset: null })];
  const b = [item("b", 0), item("b", 1), item("b", 2), item("b", 3), item("b", 4)];
  const pairs = pairsOf(a, b);
  const isPicked = picking("ast_a0", "ast_b1", "ast_a2", "ast_b2", "ast_b4");

  it("counts a pair for the side whose image alone is picked", () => {
    expect(scoreOf(pairs, isPicked)).toEqual({ a: 1, b: 1, both: 1, none: 1, apart: 1 });
    expect(pairs.map((pair) => verdictOf(pair, isPicked))).toEqual(["a", "b", "both", "none", "apart"]);
  });

  it("changes by picking one and unpicking the other, and back by saying it again", () => {
    const choices = pairs.map((pair) => choiceOf(pair, "a", isPicked));
    expect(choices).toEqual([
      [{ ids: ["ast_a0"], picked: false }],
      [
        { ids: ["ast_a1"], picked: true },
        { ids: ["ast_b1"], picked: false },
      ],
      [{ ids: ["ast_b2"], picked: false }],
      [{ ids: ["ast_a3"], picked: true }],
      [],
    ]);
  });

  it("is walked over the pairs that are shown, from wherever one is", () => {
    const shown = pairs.filter((pair) => verdictOf(pair, isPicked) === "none" || pair.key === "1.1");
    expect(beside(pairs, shown, null, 1)?.key).toBe("1.1");
    expect(beside(pairs, shown, "1.1", 1)?.key).toBe("4.1");
    expect(beside(pairs, shown, "3.1", -1)?.key).toBe("1.1");
    expect(beside(pairs, shown, "4.1", 1)).toBeNull();
  });
});
