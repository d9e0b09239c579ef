import { describe, expect, it } from "vitest";
import { checkRow, type Knowledge, type Model } from "./checks";
import { imagesOf } from "./readings";
import { newRow } from "./sheets";

const MODEL: Model = {
  id: "fine",
  title: "Fine",
  status: "available",
  is_default: true,
  warning: null,
  capabilities: {
    aspect_ratios: ["1:1", "4:5"],
    sizes: ["1K"],
    min_references: 0,
    max_references: 1,
    reference_modes: ["style_only"],
    seed: true,
    max_seed: 100,
    strength: null,
    steps: { least: 20, most: 50 },
    guidance: null,
  },
  price: { estimated_micros: { "1K": 10_000 } },
};
const KNOWN: Knowledge = { defaults: {}, models: [MODEL], arriving: new Set(["coming.jpg"]) };

function wrongs(cells: Record<string, string>, known: Knowledge = KNOWN): string[] {
  return checkRow(newRow(cells), known).map((wrong) => `${wrong.column}: ${wrong.detail}`);
}

describe("a row", () => {
  it("without anything is not wrong, it is not sent", () => expect(wrongs({})).toEqual([]));

  it.each<[Record<string, string>, string]>([
    [{ variants: "2" }, "prompt: This may not be empty."],
    [{ prompt: "x".repeat(4_001) }, "prompt: Give at most 4,000 characters."],
    [{ prompt: "A", variants: "11" }, "variants: “11” is not a whole number from 1 to 10."],
    [{ prompt: "A", variants: "2.5" }, "variants: “2.5” is not a whole number from 1 to 10."],
    [{ prompt: "A", aspect_ratio: "wide" }, "aspect_ratio: An aspect ratio is written like 4:5."],
    [{ prompt: "A", aspect_ratio: "16:9" }, "aspect_ratio: fine cannot make 16:9; it makes 1:1, 4:5."],
    [{ prompt: "A", size: "4K" }, "size: fine cannot make the size 4K; it makes 1K."],
    [{ prompt: "A", model: "none" }, "model: There is no model none. Choose one of: fine."],
    [
      { prompt: "A", seed: "100", variants: "2" },
      "seed: fine takes seeds up to 100; with its variants this one grows to 101.",
    ],
    [{ prompt: "A", references: "ref_1; ref_1" }, "references: fine takes at most 1 references; there are 2."],
    [{ prompt: "A", references: "walker.jpg" }, "references: There is no reference walker.jpg. Upload it first."],
    [{ prompt: "A", strength: "0.5" }, "strength: fine takes no strength; leave it out."],
    [{ prompt: "A", steps: "10" }, "steps: fine takes steps from 20 to 50; 10 is outside."],
    [{ prompt: "{{hue}}" }, "variable:hue: The prompt names {{hue}}, but there is no variable of that name."],
    [{ prompt: "A", expand: '{"aspect_ratio": ["16:9"]}' }, "expand: fine cannot make 16:9; it makes 1:1, 4:5."],
    [
      { prompt: "A", expand: '{"mode": "zip", "seed": [1], "aspect_ratio": ["1:1", "4:5"]}' },
      "expand: Lists that are zipped must be of one length: aspect_ratio has 2, seed has 1.",
    ],
  ])("%j is told its wrong cell", (cells, told) => expect(wrongs(cells)).toEqual([told]));

  it("is right with everything that its model can make", () => {
    expect(wrongs({ prompt: "A {{hue}} tent", aspect_ratio: "4:5", size: "1k", "variable:hue": "red" })).toEqual([]);
  });

  it("may name a picture that is on its way", () => {
    expect(wrongs({ prompt: "A", references: "coming.jpg" })).toEqual([]);
  });

  it("is checked under the defaults of its batch", () => {
    expect(wrongs({ prompt: "A" }, { ...KNOWN, defaults: { aspect_ratio: "16:9" } })).toHaveLength(1);
  });
});

it("counts the images of variants and expansions, product and zip", () => {
  const count = (cells: Record<string, string>) => imagesOf(newRow(cells), { variants: 2 });
  expect(count({})).toBe(0);
  expect(count({ prompt: "A" })).toBe(2);
  expect(count({ prompt: "A", variants: "3", expand: '{"aspect_ratio": ["1:1", "4:5"], "seed": [1, 2]}' })).toBe(12);
  expect(count({ prompt: "A", expand: '{"mode": "zip", "aspect_ratio": ["1:1", "4:5"], "seed": [1, 2]}' })).toBe(4);
});
