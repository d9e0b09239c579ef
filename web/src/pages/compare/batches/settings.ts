import type { BatchView, ItemView } from "@/api/schema";
import type { Pair } from "@/pages/compare/batches/pairs";

/** What is known of one of two batches. */
export interface Known {
  batch: BatchView;
  items: readonly ItemView[];
  /** The prompts of its rows as they were written; undefined until they are read. */
  prompts: readonly string[] | undefined;
}

/** One setting of two batches that is not the same. */
export interface Difference {
  name: string;
  a: string;
  b: string;
  /** Where it is not the same, when the values do not say it themselves. */
  note: string;
  /** Whether the values are sentences, whose words are worth comparing. */
  isText: boolean;
}

const LANES: Record<string, string> = { high: "High", standard: "Standard", economy: "Economy" };
const MODES: Record<string, string> = {
  style_only: "Style only",
  style_and_composition: "Style and composition",
};

const OF_ITEMS: readonly [string, (item: ItemView) => string][] = [
  ["Model", (item) => item.model],
  ["Shape", (item) => item.aspect_ratio],
  ["Size", (item) => item.size],
  ["References", (item) => (item.references.length === 0 ? "None" : String(item.references.length))],
  ["Reference mode", (item) => (item.references.length === 0 ? "" : (MODES[item.reference_mode] ?? ""))],
  ["Strength", (item) => (item.strength === null ? "" : String(item.strength))],
  ["Steps", (item) => (item.steps === null ? "" : String(item.steps))],
  ["Guidance", (item) => (item.guidance === null ? "" : String(item.guidance))],
];

const OF_BATCHES: readonly [string, (batch: BatchView) => string][] = [
  ["Priority", (batch) => LANES[batch.priority] ?? ""],
  ["Equal images", (batch) => (batch.reuse ? "Taken from before" : "Made anew")],
];

/** The settings that are not the same in both batches; chance (the seeds) is none. */
export function differences(a: Known, b: Known, pairs: readonly Pair[]): Difference[] {
  const both = pairs.filter((pair) => pair.a !== null && pair.b !== null);
  const found = [promptsOf(a.prompts, b.prompts), ...OF_ITEMS.map(([name, tell]) => ofItems(name, tell, a, b, both))];
  for (const [name, tell] of OF_BATCHES) {
    const [first, second] = [tell(a.batch), tell(b.batch)];
    if (first !== second) found.push({ name, a: first, b: second, note: "", isText: false });
  }
  return found.filter((one) => one !== null);
}

function ofItems(
  name: string,
  tell: (item: ItemView) => string,
  a: Known,
  b: Known,
  both: readonly Pair[],
): Difference | null {
  const [first, second] = [valuesOf(a.items.map(tell)), valuesOf(b.items.map(tell))];
  const others = both.filter((pair) => pair.a !== null && pair.b !== null && tell(pair.a) !== tell(pair.b)).length;
  if (others === 0 && first === second) return null;
  const note = others > 0 && others < both.length ? `in ${others} of ${both.length} pairs` : "";
  return { name, a: first, b: second, note, isText: false };
}

/** Values in words, the most frequent first: "4:5, 1:1 and 3 more". */
export function valuesOf(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== "") counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0])).map(([v]) => v);
  if (sorted.length <= 3) return sorted.join(", ");
  return `${sorted.slice(0, 2).join(", ")} and ${sorted.length - 2} more`;
}

function promptsOf(a: readonly string[] | undefined, b: readonly string[] | undefined): Difference | null {
  if (a === undefined || b === undefined) return null;
  const rows = Math.min(a.length, b.length);
  const others = Array.from({ length: rows }, (_, row) => row).filter((row) => a[row] !== b[row]);
  const [first] = others;
  if (first === undefined) return null;
  const note =
    others.length === 1 ? `in row ${first + 1}` : `in ${others.length} of ${rows} rows, as in row ${first + 1}`;
  return { name: "Prompt", a: a[first] ?? "", b: b[first] ?? "", note, isText: true };
}
