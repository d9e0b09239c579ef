import { anAsset } from "@/testing/assets";
import { rowOf } from "./rows";

describe("a row from an image", () => {
  it("restores the recipe whole, a seed and a strength of 0 included", () => {
    const asset = anAsset({ tags: ["hero"], metadata: { sku: "T-1" } });
    const recipe = {
      ...asset.recipe,
      references: ["ref_a", "ref_b"],
      reference_mode: "style_and_composition" as const,
      seed: 0,
      strength: 0,
      steps: 30,
      guidance: 7.5,
    };
    expect(rowOf({ ...asset, recipe })).toEqual({
      prompt: "A teal teapot on a table",
      model: "preview",
      aspect_ratio: "4:5",
      size: "1K",
      references: ["ref_a", "ref_b"],
      reference_mode: "style_and_composition",
      seed: 0,
      strength: 0,
      steps: 30,
      guidance: 7.5,
      tags: ["hero"],
      metadata: { sku: "T-1" },
    });
  });

  it("says nothing of how references are used where there are none", () => {
    const asset = anAsset();
    const recipe = { ...asset.recipe, reference_mode: "style_only" as const };
    expect(rowOf({ ...asset, recipe })).toMatchObject({ references: [], reference_mode: null, strength: null });
  });
});
