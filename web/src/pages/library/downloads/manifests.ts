import type { AssetView } from "@/api/schema";
import { guarded } from "@/files/cells";
import { UTF8_MARK } from "@/files/savings";

/** A file of the archive, and why it is not in it where it is not. */
export interface Filed {
  asset: AssetView;
  name: string;
  problem: string | null;
}

const MICROS = 1_000_000;

/** What is in an archive, a line a file, as CSV; cells that a sheet would take for formulas are kept from being ones. */
export async function manifestOf(
  files: readonly Filed[],
  batches: ReadonlyMap<string, string | null>,
): Promise<string> {
  const { default: Papa } = await import("papaparse");
  const lines = files.map(({ asset, name, problem }) => ({
    file: problem === null ? name : "",
    problem: problem ?? "",
    asset: asset.id,
    batch: asset.batch,
    batch_name: batches.get(asset.batch) ?? "",
    item: asset.item,
    number: asset.index === null ? "" : asset.index + 1,
    row: asset.row + 1,
    variant: asset.variant,
    prompt: asset.recipe.prompt,
    model: asset.model,
    provider: asset.provider,
    seed: asset.seed ?? "",
    aspect_ratio: asset.aspect_ratio,
    size: asset.size,
    references: (asset.recipe.references ?? []).join(" "),
    width: asset.width,
    height: asset.height,
    tags: asset.tags.join(", "),
    rating: asset.rating ?? "",
    picked: asset.picked ? "yes" : "",
    cost_usd: asset.cost_micros / MICROS,
    created_at: asset.created_at,
  }));
  const safe = lines.map((line) =>
    Object.fromEntries(
      Object.entries(line).map(([name, value]) => [name, typeof value === "string" ? guarded(value) : value]),
    ),
  );
  return `${UTF8_MARK}${Papa.unparse(safe)}\r\n`;
}
