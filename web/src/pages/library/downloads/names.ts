import type { AssetView } from "@/api/schema";

const EXTENSIONS: Record<string, string> = { "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp" };
const LONGEST_FOLDER = 60;
/** Names that Windows keeps for devices. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/** What of an image its file is named after. */
type Named = Pick<AssetView, "batch" | "row" | "variant"> & { media_type: string | null };

/** A file's path in the archive for each image: its batch, its row, its variant; each once, whatever the file system.
 *
 * `batches` are the batches' names by id; a batch without one is named by its id.
 */
export function fileNames(assets: readonly Named[], batches: ReadonlyMap<string, string | null>): string[] {
  const folders = foldersOf(assets, batches);
  const taken = new Set<string>();
  return assets.map((asset) => {
    const row = String(asset.row + 1).padStart(4, "0");
    const plain = `${folders.get(asset.batch)}/row-${row}-${asset.variant}`;
    let name = plain;
    // Rows that were multiplied by lists make several images with one variant.
    for (let next = 2; taken.has(name.toLowerCase()); next += 1) name = `${plain}-${next}`;
    taken.add(name.toLowerCase());
    return `${name}.${EXTENSIONS[asset.media_type ?? ""] ?? "bin"}`;
  });
}

function foldersOf(assets: readonly Named[], batches: ReadonlyMap<string, string | null>): Map<string, string> {
  const folders = new Map<string, string>();
  const taken = new Set<string>();
  for (const { batch } of assets) {
    if (folders.has(batch)) continue;
    const named = safe(batches.get(batch) ?? "");
    const folder = named === "" || taken.has(named.toLowerCase()) ? `${named} ${batch}`.trim() : named;
    folders.set(batch, folder);
    taken.add(folder.toLowerCase());
  }
  return folders;
}

/** Words as a name that every file system takes; empty where nothing of them is left. */
export function safe(words: string): string {
  const plain = words
    .normalize("NFC")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are just what is taken out
    .replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  const short = [...plain]
    .slice(0, LONGEST_FOLDER)
    .join("")
    .replace(/^[. ]+|[. ]+$/g, "");
  return RESERVED.test(short) ? `${short}_` : short;
}
