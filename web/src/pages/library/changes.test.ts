import fc from "fast-check";
import { type AssetChange, changedAsset, retagged } from "@/api/assets";
import { anAsset } from "@/testing/assets";
import { reversals } from "./changes";

const tag = fc.constantFrom("hero", "draft", "Spring");
const assets = fc
  .array(
    fc.record({ tags: fc.uniqueArray(tag), picked: fc.boolean(), rating: fc.option(fc.integer({ min: 0, max: 4 })) }),
  )
  .map((all) => all.map((one, at) => anAsset({ ...one, id: `ast_${at}` })));
const changes: fc.Arbitrary<AssetChange> = fc.oneof(
  fc.record({ kind: fc.constant("pick" as const), picked: fc.boolean() }),
  fc.record({ kind: fc.constant("rate" as const), rating: fc.option(fc.integer({ min: 0, max: 4 })) }),
  fc.record({
    kind: fc.constant("tag" as const),
    add: fc.uniqueArray(tag, { minLength: 1 }),
    remove: fc.constant<string[]>([]),
  }),
  fc.record({
    kind: fc.constant("tag" as const),
    add: fc.constant<string[]>([]),
    remove: fc.uniqueArray(tag, { minLength: 1 }),
  }),
);

describe("a change of images", () => {
  it("is taken back whole by its reversals", () => {
    fc.assert(
      fc.property(assets, changes, (before, change) => {
        const now = new Map(before.map((asset) => [asset.id, changedAsset(asset, change) ?? asset]));
        for (const reversal of reversals(before, change))
          for (const { id } of reversal.assets)
            now.set(id, changedAsset(now.get(id) ?? anAsset(), reversal.change) ?? anAsset());
        const facts = (all: Iterable<ReturnType<typeof anAsset>>) =>
          [...all].map(({ id, tags, picked, rating }) => ({ id, tags: [...tags].sort(), picked, rating }));
        expect(facts(now.values())).toEqual(facts(before));
      }),
    );
  });

  it("cannot be taken back where it deletes", () => {
    expect(changedAsset(anAsset(), { kind: "delete" })).toBeNull();
    expect(reversals([anAsset()], { kind: "delete" })).toEqual([]);
  });

  it("takes tags for the same in upper and lower case", () => {
    expect(retagged(["Hero", "draft"], ["HERO", "spring"], ["DRAFT"])).toEqual(["Hero", "spring"]);
  });
});
