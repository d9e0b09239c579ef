import fc from "fast-check";
import { anAsset } from "@/testing/assets";
import { fileNames, safe } from "./names";

const assets = fc
  .array(
    fc.record({
      batch: fc.constantFrom("bat_a", "bat_b", "bat_c"),
      row: fc.nat(3),
      variant: fc.integer({ min: 1, max: 2 }),
    }),
  )
  .map((all) => all.map((one) => anAsset(one)));
const names = fc
  .array(fc.tuple(fc.constantFrom("bat_a", "bat_b", "bat_c"), fc.option(fc.string())))
  .map((all) => new Map(all));

describe("names of files in an archive", () => {
  it("tell the batch, the row and the variant", () => {
    const asset = anAsset({ batch: "bat_a", row: 11, variant: 2, media_type: "image/webp" });
    expect(fileNames([asset], new Map([["bat_a", "Autumn: heroes / 2026"]]))).toEqual([
      "Autumn heroes 2026/row-0012-2.webp",
    ]);
    expect(fileNames([asset], new Map([["bat_a", null]]))).toEqual(["bat_a/row-0012-2.webp"]);
  });

  it("tell batches of one name, and images of one row and variant, apart", () => {
    const all = [anAsset({ batch: "bat_a" }), anAsset({ batch: "bat_b" }), anAsset({ batch: "bat_a" })];
    const called = new Map([
      ["bat_a", "Autumn"],
      ["bat_b", "autumn"],
    ]);
    expect(fileNames(all, called)).toEqual([
      "Autumn/row-0001-1.png",
      "autumn bat_b/row-0001-1.png",
      "Autumn/row-0001-1-2.png",
    ]);
  });

  it("are each there once, stay inside the archive and fit every file system", () => {
    fc.assert(
      fc.property(assets, names, (all, called) => {
        const found = fileNames(all, called);
        expect(new Set(found.map((name) => name.toLowerCase())).size).toBe(all.length);
        for (const name of found) {
          const [folder = "", file = "", ...more] = name.split("/");
          expect(more).toEqual([]);
          expect(file).toMatch(/^row-\d{4}-\d(-\d+)?\.png$/);
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
