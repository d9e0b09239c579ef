import type { ItemView } from "@/api/schema";
import { guarded } from "@/files/cells";
import { UTF8_MARK } from "@/files/savings";
import { fileNames, safe } from "@/pages/library/downloads/names";

const MICROS = 1_000_000;

/** A batch's items as CSV, a line an item; images are named as in a download of the library. */
export async function itemsCsv(items: readonly ItemView[], name: string): Promise<string> {
  const { default: Papa } = await import("papaparse");
  const made = items.flatMap((item) => (item.asset === null ? [] : [{ ...item, media_type: item.asset.media_type }]));
  const names = fileNames(made, new Map(items.map(({ batch }) => [batch, name])));
  const nameOf = new Map(made.map((item, at) => [item.id, names[at] ?? ""]));
  const lines = items.map((item) => ({
    number: item.index + 1,
    row: item.row + 1,
    variant: item.variant,
    status: item.status,
    prompt: guarded(item.prompt),
    error: item.error?.kind ?? "",
    error_detail: guarded(item.error?.detail ?? ""),
    hint: guarded(item.error?.hint ?? ""),
    cost_usd: item.cost_micros / MICROS,
    seconds: item.duration_ms === null ? "" : item.duration_ms / 1000,
    model: guarded(item.model),
    aspect_ratio: guarded(item.aspect_ratio),
    size: guarded(item.size),
    seed: item.seed ?? "",
    image: guarded(nameOf.get(item.id) ?? ""),
    picked: item.asset?.picked ? "yes" : "",
    rating: item.asset?.rating ?? "",
    tags: guarded(item.tags.join(", ")),
    metadata: Object.keys(item.metadata).length === 0 ? "" : guarded(JSON.stringify(item.metadata)),
    item: item.id,
    asset: item.asset?.id ?? "",
  }));
  return `${UTF8_MARK}${Papa.unparse(lines)}\r\n`;
}

/** The name of the file with the items of a batch. */
export function itemsFile(name: string): string {
  return `${safe(name) || "Batch"} items.csv`;
}
