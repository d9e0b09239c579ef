import Papa from "papaparse";
import { anItem } from "@/testing/batches";
import { itemsCsv, itemsFile } from "./itemExports";

const linesOf = async (...items: Parameters<typeof itemsCsv>[0]) =>
  Papa.parse<Record<string, string>>(await itemsCsv(items, "Autumn"), { header: true, skipEmptyLines: true }).data;

describe("the items of a batch as CSV", () => {
  it("are a line each, with the image's name as a download has it", async () => {
    const [line] = await linesOf(anItem({ cost_micros: 39_000 }));
    expect(line).toMatchObject({
      row: "1",
      status: "succeeded",
      prompt: "A teal teapot on a table",
      cost_usd: "0.039",
      model: "preview",
      image: "Autumn/row-0001-1.png",
    });
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
