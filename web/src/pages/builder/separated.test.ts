import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { knownIn } from "./imports";
import { readClipboard, readSeparated, writeClipboard } from "./separated";

describe("a clipboard", () => {
  it("holds lines parted by tabs, and a last line end means nothing", () => {
    expect(readClipboard("prompt\tvariants\r\nA tent\t2\r\n")).toEqual([
      ["prompt", "variants"],
      ["A tent", "2"],
    ]);
  });

  it("keeps tabs, quotes and line breaks that are quoted", () => {
    expect(readClipboard('"A tent\nat ""dusk"""\t2\n"a\tb"\t')).toEqual([
      ['A tent\nat "dusk"', "2"],
      ["a\tb", ""],
    ]);
  });

  it("leaves quotes that belong to someone's words", () => {
    expect(readClipboard('"Dusk" over a lake\t1')).toEqual([['"Dusk" over a lake', "1"]]);
  });

  it("reads back what it wrote", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", '"', "\t", "\n", " ", "é"), maxLength: 8 });
    const block = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(block, (cells) => {
        // A last line of empty cells is indistinguishable from a line end.
        fc.pre(cells.at(-1)?.some((text) => text !== "") ?? false);
        expect(readClipboard(writeClipboard(cells))).toEqual(cells);
      }),
    );
  });
});

describe("a file of separated cells", () => {
  it.each([
    ["commas", "prompt,variants\nA tent,2"],
    ["semicolons", "prompt;variants\nA tent;2"],
    ["tabs", "prompt\tvariants\nA tent\t2"],
    ["a byte order mark", "\uFEFFprompt,variants\nA tent,2"],
    ["Excel's own hint", "sep=|\nprompt|variants\nA tent|2"],
  ])("is read with %s", (_, text) => {
    expect(readSeparated(text, knownIn)).toEqual([
      ["prompt", "variants"],
      ["A tent", "2"],
    ]);
  });

  it("leaves commas in the prompts of a single column alone", () => {
    expect(readSeparated("prompt\nA tent, red\nA shoe", knownIn)).toEqual([["prompt"], ["A tent, red"], ["A shoe"]]);
  });

  it("says where a quotation mark is never closed, instead of taking all that comes behind it for one prompt", () => {
    expect(() => readSeparated('prompt,sku\nA tent,1\n"A shoe,2\nA hat,3', knownIn)).toThrow(
      "in row 3 is never closed",
    );
  });
});
