import { MOST_COMPARED } from "@/pages/wall/selections";

/** How images are set against each other. */
export type CompareMode = "side" | "slider" | "overlay" | "difference";

export const COMPARE_MODES: readonly CompareMode[] = ["side", "slider", "overlay", "difference"];

export const MODE_WORDS: Record<CompareMode, string> = {
  side: "Side by side",
  slider: "Slider",
  overlay: "Overlay",
  difference: "Difference",
};

/** The items that an address names: each once, at most four. */
export function itemsOf(address: URLSearchParams): string[] {
  const named = (address.get("items") ?? "").split(",").map((id) => id.trim());
  return [...new Set(named.filter((id) => id !== ""))].slice(0, MOST_COMPARED);
}

/** The way of comparing that an address names; all but side by side need exactly two. */
export function modeOf(address: URLSearchParams, count: number): CompareMode {
  const said = COMPARE_MODES.find((mode) => mode === address.get("mode"));
  return said === undefined || count !== 2 ? "side" : said;
}

/** The address of a comparison. */
export function compareAddress(batch: string, items: readonly string[]): string {
  return `/batches/${batch}/compare?items=${items.join(",")}`;
}

/** The address at which images of whatever batches are compared. */
export function compareImagesAddress(assets: readonly string[]): string {
  return `/compare/images?items=${assets.join(",")}`;
}

/** Where a slider stands after a key, in percent; null for keys that do not move it. */
export function slid(percent: number, key: string): number | null {
  const steps: Record<string, number> = {
    ArrowLeft: -2,
    ArrowDown: -2,
    ArrowRight: 2,
    ArrowUp: 2,
    PageDown: -10,
    PageUp: 10,
  };
  if (key === "Home") return 0;
  if (key === "End") return 100;
  const step = steps[key];
  return step === undefined ? null : Math.min(100, Math.max(0, percent + step));
}
