/** The columns of the sheet: a row's fields, and free ones that fill `{{name}}` or are kept as metadata. */

export const FIELDS = [
  "prompt",
  "variants",
  "references",
  "reference_mode",
  "aspect_ratio",
  "size",
  "model",
  "seed",
  "tags",
  "expand",
  "strength",
  "steps",
  "guidance",
  "fallback",
] as const;

export type Field = (typeof FIELDS)[number];
export type FreeKind = "variable" | "metadata";
/** `variable:colour` and `metadata:sku` are free columns, all others are fields. */
export type ColumnKey = Field | `${FreeKind}:${string}`;

export interface FreeColumn {
  kind: FreeKind;
  name: string;
  /** It came by itself, because a prompt names it, and goes when it is empty and nobody names it any more. */
  made?: true;
}

export const TITLES: Record<Field, string> = {
  prompt: "Prompt",
  variants: "Variants",
  references: "References",
  reference_mode: "Reference mode",
  aspect_ratio: "Aspect ratio",
  size: "Size",
  model: "Model",
  seed: "Seed",
  tags: "Tags",
  expand: "Expand",
  strength: "Strength",
  steps: "Steps",
  guidance: "Guidance",
  fallback: "Fallback",
};

/** The columns that a new sheet leaves out until they are wanted or filled. */
export const HIDDEN_AT_FIRST: readonly Field[] = [
  "size",
  "seed",
  "tags",
  "expand",
  "strength",
  "steps",
  "guidance",
  "fallback",
  "reference_mode",
];

const BETWEEN = /[\s_-]+/g;
const NOT_IN_NAMES = /[./`~*[\]]+/g;
const MAX_NAME = 64;

export function isField(name: string): name is Field {
  return (FIELDS as readonly string[]).includes(name);
}

export function freeKey(column: FreeColumn): ColumnKey {
  return `${column.kind}:${column.name}`;
}

/** The free column of a key; null for a row's own field. */
export function freeColumn(key: string): FreeColumn | null {
  const colon = key.indexOf(":");
  const kind = key.slice(0, colon);
  return kind === "variable" || kind === "metadata" ? { kind, name: key.slice(colon + 1) } : null;
}

export function titleOf(key: ColumnKey): string {
  return isField(key) ? TITLES[key] : (freeColumn(key)?.name ?? key);
}

/** A name as names are compared: `Aspect Ratio`, `aspect-ratio` and `aspect_ratio` are one. */
export function normal(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(BETWEEN, "_")
    .replace(/^_+|_+$/g, "");
}

/** The name under which a column is kept: characters that names cannot have become blanks. */
export function freeName(name: string): string {
  const plain = name.replace(NOT_IN_NAMES, " ").split(/\s+/).filter(Boolean).join(" ");
  // By whole characters: half of one is none.
  return [...plain].slice(0, MAX_NAME).join("");
}

/** A column without a name, as spreadsheets call it (0 is A). */
export function letter(position: number): string {
  let name = "";
  for (let rest = position + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  }
  return `Column ${name}`;
}
