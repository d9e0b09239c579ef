import type { AssetView } from "@/api/schema";

const EXTENSIONS: Record<string, string> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
  "image/avif": "avif",
};
const LONGEST_FOLDER = 60;
const LONGEST_SLUG = 40;
/** Names that Windows keeps for devices. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/** What of an image its file is named after. */
type Named = Pick<AssetView, "batch" | "index" | "row" | "variant" | "prompt"> & { media_type: string | null };

/** A file's path in the archive for each image: its batch, then its number there, its row, its variant and the beginning of its
 * prompt, as `fanfold download` has it; each once, whatever the file system.
 *
 * An image's number stands for it alone: whatever else is in the archive, it has the same name. `batches` are the batches' names
 * by id; a batch without one is named by its id.
 */
export function fileNames(assets: readonly Named[], batches: ReadonlyMap<string, string | null>): string[] {
  const folders = foldersOf(assets, batches);
  const taken = new Set<string>();
  return assets.map((asset) => {
    const number = asset.index === null ? "" : `${String(asset.index + 1).padStart(4, "0")}-`;
    const plain = `${folders.get(asset.batch)}/${number}r${asset.row + 1}-v${asset.variant}-${slug(asset.prompt)}`;
    let name = plain;
    // Without their numbers, images of a row that was multiplied by lists are not told apart.
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

/** A text as a part of a file's name: at most 40 letters, digits and dashes. */
function slug(text: string): string {
  const plain = [...text]
    .slice(0, 200)
    .join("")
    .normalize("NFKD")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is what is kept
    .replace(/[^\u0000-\u007f]/g, "")
    .toLowerCase();
  const words = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+/, "");
  return words.slice(0, LONGEST_SLUG).replace(/-+$/, "") || "image";
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
