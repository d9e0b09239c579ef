import fc from "fast-check";
import Papa from "papaparse";
import { fileNames } from "@/pages/library/downloads/names";
import { anAsset } from "@/testing/assets";
import { anItem } from "@/testing/batches";
import { itemsCsv, itemsFile } from "./itemExports";

const linesOf = async (...items: Parameters<typeof itemsCsv>[0]) =>
  Papa.parse<Record<string, string>>(await itemsCsv(items, "Autumn"), { header: true, skipEmptyLines: true }).data;

describe("the items of a batch as CSV", () => {
  it("are a line each, with the image's name as a download has it", async () => {
    const [line] = await linesOf(anItem({ cost_micros: 39_000 }));
    expect(line).toMatchObject({
      number: "1",
      row: "1",
      status: "succeeded",
      prompt: "A teal teapot on a table",
      cost_usd: "0.039",
      model: "preview",
      image: "Autumn/0001-r1-v1-a-teal-teapot-on-a-table.png",
    });
  });

  it("name each image as any download names it, in whatever order and however few of them it has", async () => {
    // Two combinations of two variants in each of two rows: rows and variants alone tell nothing apart.
    const items = Array.from({ length: 8 }, (_, index) =>
      anItem({ index, row: Math.floor(index / 4), variant: 1 + (index % 2) }),
    );
    const lines = await linesOf(...items);
    const told = new Map(lines.map((line) => [line.asset, line.image]));
    expect(new Set(told.values()).size).toBe(items.length);
    const made = items.map((item) =>
      anAsset({ id: item.asset?.id ?? "", index: item.index, row: item.row, variant: item.variant }),
    );
    await fc.assert(
      fc.property(fc.shuffledSubarray(made), (some) => {
        const names = fileNames(some, new Map([[made[0]?.batch ?? "", "Autumn"]]));
        expect(names).toEqual(some.map((asset) => told.get(asset.id)));
      }),
    );
  });

  it("say why an item failed, and name no image of it", async () => {
    const error = { kind: "refused" as const, detail: "The prompt was blocked.", hint: "Use other words." };
    const [line] = await linesOf(anItem({ status: "failed", asset: null, error }));
    expect(line).toMatchObject({ error: "refused", error_detail: "The prompt was blocked.", image: "" });
  });

  it("hold no formula", async () => {
    const metadata = { sku: "=1" };
    const [line] = await linesOf(anItem({ prompt: '=HYPERLINK("x")\nmore', tags: ["@now"], metadata }));
    expect(line?.prompt).toBe('\'=HYPERLINK("x")\nmore');
    expect(line?.tags).toBe("'@now");
  });

  it("are in a file named after the batch", () => {
    expect(itemsFile("Spring: 1/2")).toBe("Spring 1 2 items.csv");
    expect(itemsFile("///")).toBe("Batch items.csv");
  });
});
