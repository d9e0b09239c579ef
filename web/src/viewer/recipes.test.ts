import { anItem } from "@/testing/batches";
import { comparedLines, markedWords, recipeLines } from "./recipes";

describe("a recipe", () => {
  it("tells what an image was made with and leaves out what was not said", () => {
    const lines = recipeLines(anItem());
    expect(lines).toContainEqual({ name: "Shape", value: "4:5 at 1K" });
    expect(lines).toContainEqual({ name: "Came back as", value: "896 × 1120 pixels" });
    expect(lines.map((line) => line.name)).not.toContain("Strength");
    expect(lines.map((line) => line.name)).not.toContain("Reference mode");
  });

  it("tells the seed 0 and a strength of 0", () => {
    const lines = recipeLines(anItem({ seed: 0, strength: 0 }));
    expect(lines).toContainEqual({ name: "Seed", value: "0" });
    expect(lines).toContainEqual({ name: "Strength", value: "0" });
  });

  it("tells the model that was asked for first, and how references were used", () => {
    const lines = recipeLines(anItem({ fallen_from: ["gemini"], references: ["ref_a"] }));
    expect(lines).toContainEqual({ name: "Asked for first", value: "gemini" });
    expect(lines).toContainEqual({ name: "Reference mode", value: "Style only" });
  });
});

describe("recipes side by side", () => {
  it("mark what differs, and what one of them lacks", () => {
    const lines = comparedLines([anItem({ seed: 1 }), anItem({ seed: 2, strength: 0.4 })]);
    expect(lines.filter((line) => line.differs).map((line) => [line.name, line.values])).toEqual([
      ["Seed", ["1", "2"]],
      ["Strength", ["", "0.4"]],
    ]);
  });

  it("mark the words that the other prompts lack", () => {
    const words = markedWords("A teal teapot, at dusk", ["A coral teapot at dusk"]);
    expect(words.filter((word) => word.differs).map((word) => word.text)).toEqual(["teal"]);
    expect(words.map((word) => word.text).join("")).toBe("A teal teapot, at dusk");
  });
});
