/** From a grid of texts with a header to rows: which column gives what, with guesses to be changed. */

import { isObject, texts } from "./cells";
import { type ColumnKey, type FreeColumn, freeColumn, freeKey, freeName, isField, letter, normal } from "./columns";
import { fileName } from "./edits";
import { placeholders } from "./placeholders";
import { newRow, type SheetRow } from "./sheets";

/** What a column of a file becomes; `variables` and `metadata` hold JSON objects with a value a column. */
export type Target = ColumnKey | "variables" | "metadata" | "";

export interface Mapped {
  /** Its place in the file, as spreadsheets call it. */
  column: string;
  /** The column as the file names it. */
  name: string;
  target: Target;
  /** A few of its values, to recognise it by. */
  examples: readonly string[];
}

export interface Imported {
  rows: SheetRow[];
  free: FreeColumn[];
}

const PROMPT_NAMES = ["prompt", "prompts", "image_prompt", "text", "description", "idea"];
const OTHER_NAMES: ReadonlyMap<string, Target> = new Map(
  Object.entries<Target>({
    ratio: "aspect_ratio",
    aspect: "aspect_ratio",
    format: "aspect_ratio",
    shape: "aspect_ratio",
    variant: "variants",
    count: "variants",
    images: "variants",
    reference: "references",
    reference_images: "references",
    mode: "reference_mode",
    tag: "tags",
    labels: "tags",
    resolution: "size",
  }),
);
const EXAMPLES = 3;

/** How many of these names are a row's fields. */
export function knownIn(names: readonly string[]): number {
  return names.filter((name) => isField(normal(name)) || ["variables", "metadata"].includes(normal(name))).length;
}

/** Whether a block's first line names columns: pasted cells often come with it. */
export function hasHeader(block: readonly (readonly string[])[]): boolean {
  const first = block[0] ?? [];
  if (!first.some((name) => normal(name) === "prompt" || (first.length > 1 && isField(normal(name))))) return false;
  return (
    first.every((name) => name.length <= 64 && !name.includes("\n")) && knownIn(first) * 2 >= Math.min(first.length, 2)
  );
}

/** How many cells the longest line has. */
export function widthOf(grid: readonly (readonly string[])[]): number {
  return grid.reduce((width, line) => Math.max(width, line.length), 0);
}

/** A guess for every column of a grid, by its name and its values. */
export function guess(grid: readonly (readonly string[])[], prompts: readonly string[] = []): Mapped[] {
  const header = grid[0] ?? [];
  const columns = Array.from({ length: widthOf(grid) }, (_, place) => ({
    column: letter(place),
    name: nameOf(header[place] ?? "") || letter(place),
    examples: examplesOf(grid, place),
  }));
  const targets = guessTargets(columns.map((column) => column.name));
  const at = targets.indexOf("prompt");
  const written = at < 0 ? [] : grid.slice(1).map((line) => line[at] ?? "");
  const named = new Map([...prompts, ...written].flatMap(placeholders).map((name) => [normal(name), name]));
  return columns.map((column, place) => ({ ...column, target: targets[place] ?? freeTarget(column, named) }));
}

/** A column's name as it is written; none where nothing of it may be in a name. */
function nameOf(written: string): string {
  return freeName(written) ? written.trim() : "";
}

function guessTargets(names: readonly string[]): (Target | undefined)[] {
  const taken = new Set<Target>();
  const targets = names.map((name): Target | undefined => {
    const plain = normal(name);
    const target = isField(plain) || plain === "variables" || plain === "metadata" ? plain : undefined;
    if (!target || taken.has(target)) return undefined;
    taken.add(target);
    return target;
  });
  names.forEach((name, place) => {
    const other: Target | undefined = PROMPT_NAMES.includes(normal(name)) ? "prompt" : OTHER_NAMES.get(normal(name));
    if (targets[place] !== undefined || !other || taken.has(other)) return;
    taken.add(other);
    targets[place] = other;
  });
  return targets;
}

function freeTarget(column: { name: string; examples: readonly string[] }, named: ReadonlyMap<string, string>): Target {
  const variable = named.get(normal(column.name));
  if (variable) return freeKey({ kind: "variable", name: variable });
  if (column.examples.length === 0) return "";
  return freeKey({ kind: "metadata", name: freeName(column.name) });
}

function examplesOf(grid: readonly (readonly string[])[], place: number): string[] {
  const values: string[] = [];
  for (const line of grid.slice(1)) {
    const text = line[place]?.trim();
    if (text && !values.includes(text)) values.push(text);
    if (values.length === EXAMPLES) break;
  }
  return values;
}

/** What is not right about a mapping, in words; empty when rows can be made by it. */
export function mappingProblem(mapping: readonly Mapped[]): string {
  if (!mapping.some((column) => column.target === "prompt")) return "Say which column holds the prompts.";
  const targets = mapping.map((column) => column.target).filter(Boolean);
  const twice = targets.find((target, place) => targets.indexOf(target) !== place);
  if (!twice) return "";
  return `Two columns become ${freeColumn(twice)?.name ?? twice}: choose another place for one of them.`;
}

/** The rows of a grid whose first line is the header; `references` gives ids to files by their names. */
export function importRows(
  grid: readonly (readonly string[])[],
  mapping: readonly Mapped[],
  references: ReadonlyMap<string, string>,
): Imported {
  const free = new Map<string, FreeColumn>();
  const rows: SheetRow[] = [];
  for (const line of grid.slice(1)) {
    const cells: Record<string, string> = {};
    mapping.forEach(({ target }, place) => {
      const text = line[place]?.trim();
      if (text && target) take(cells, target, text);
    });
    if (cells.references) cells.references = named(cells.references, references);
    for (const key of Object.keys(cells)) {
      const column = freeColumn(key);
      if (column) free.set(key, column);
    }
    if (Object.keys(cells).length > 0) rows.push(newRow(cells));
  }
  return { rows, free: [...free.values()] };
}

function take(cells: Record<string, string>, target: Target, text: string): void {
  const kind = target === "variables" ? "variable" : target === "metadata" ? "metadata" : null;
  if (!kind) {
    cells[target] = text;
    return;
  }
  const values = jsonObject(text);
  if (!values) {
    cells[freeKey({ kind, name: target })] = text;
    return;
  }
  for (const [name, value] of Object.entries(values)) {
    const key = freeKey({ kind, name: freeName(name) });
    if (value !== null && !(key in cells))
      cells[key] = typeof value === "object" ? JSON.stringify(value) : String(value);
  }
}

function jsonObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function named(text: string, references: ReadonlyMap<string, string>): string {
  if (text.startsWith("[")) return text;
  return texts(text)
    .map((name) => references.get(fileName(name)) ?? name)
    .join("; ");
}
