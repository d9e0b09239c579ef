import fc from "fast-check";
import { anAsset } from "@/testing/assets";
import { fileNames, safe } from "./names";

const assets = fc
  .array(
    fc.record({
      batch: fc.constantFrom("bat_a", "bat_b", "bat_c"),
      index: fc.option(fc.nat(3)),
      row: fc.nat(3),
      variant: fc.integer({ min: 1, max: 2 }),
    }),
  )
  .map((all) => all.map((one) => anAsset(one)));
const names = fc
  .array(fc.tuple(fc.constantFrom("bat_a", "bat_b", "bat_c"), fc.option(fc.string())))
  .map((all) => new Map(all));

describe("names of files in an archive", () => {
  it("tell the batch, the number, the row, the variant and the prompt, as the command line does", () => {
    const prompt = "x".repeat(500);
    const asset = anAsset({ batch: "bat_a", index: 11, row: 3, variant: 2, prompt, media_type: "image/webp" });
    const name = `0012-r4-v2-${"x".repeat(40)}.webp`;
    expect(fileNames([asset], new Map([["bat_a", "Autumn: heroes / 2026"]]))).toEqual([`Autumn heroes 2026/${name}`]);
    expect(fileNames([asset], new Map([["bat_a", null]]))).toEqual([`bat_a/${name}`]);
  });

  it("hold nothing of a prompt that a file system minds", () => {
    const namesOf = (prompt: string) => fileNames([anAsset({ batch: "bat_a", prompt })], new Map([["bat_a", "A"]]))[0];
    expect(namesOf("CON\u0000../\\:*?")).toBe("A/0001-r1-v1-con.png");
    expect(namesOf("Crème brûlée, ½ — 日本")).toBe("A/0001-r1-v1-creme-brulee-12.png");
    expect(namesOf("日本")).toBe("A/0001-r1-v1-image.png");
  });

  it("tell batches of one name, and images without a number of one row and variant, apart", () => {
    const prompt = "A";
    const index = null;
    const all = ["bat_a", "bat_b", "bat_a"].map((batch) => anAsset({ batch, index, prompt }));
    const called = new Map([
      ["bat_a", "Autumn"],
      ["bat_b", "autumn"],
    ]);
    expect(fileNames(all, called)).toEqual(["Autumn/r1-v1-a.png", "autumn bat_b/r1-v1-a.png", "Autumn/r1-v1-a-2.png"]);
  });

  it("are each there once, stay inside the archive and fit every file system", () => {
    fc.assert(
      fc.property(assets, names, (all, called) => {
        const found = fileNames(all, called);
        expect(new Set(found.map((name) => name.toLowerCase())).size).toBe(all.length);
        for (const name of found) {
          const [folder = "", file = "", ...more] = name.split("/");
          expect(more).toEqual([]);
          expect(file).toMatch(/^(\d{4}-)?r\d-v\d-[a-z0-9-]+\.png$/);
          expect(folder).not.toMatch(/^\.|[. ]$|[<>:"\\|?*]/);
          expect(folder.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it("are nothing that a file system keeps for itself", () => {
    expect([safe("CON"), safe("../../etc"), safe(" a\u0000b. ")]).toEqual(["CON_", "etc", "a b"]);
  });
});
