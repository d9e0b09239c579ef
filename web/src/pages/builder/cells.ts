/** One cell to one value of a row; every refusal says what the cell should hold. */

import type { Field } from "./columns";
import { normal } from "./columns";

export const MAX_PROMPT = 4_000;
export const MAX_VARIANTS = 10;
export const MAX_SEED = 2 ** 31 - 1;
export const MODES = ["style_only", "style_and_composition"] as const;
export const SIZES = ["512", "1K", "2K", "4K"] as const;
export const AXES = ["aspect_ratio", "model", "seed", "references", "variables"] as const;

export type Axis = (typeof AXES)[number];
export type Mode = (typeof MODES)[number];
export type Size = (typeof SIZES)[number];

export interface Expansion {
  mode: "product" | "zip";
  aspect_ratio?: string[];
  model?: string[];
  seed?: number[];
  references?: string[][];
  variables?: Record<string, string | number | boolean | null>[];
}

/** The values that a row's cells stand for. */
export interface Settings {
  variants?: number;
  references?: string[];
  reference_mode?: Mode;
  aspect_ratio?: string;
  size?: Size;
  model?: string;
  seed?: number;
  strength?: number;
  steps?: number;
  guidance?: number;
  tags?: string[];
  expand?: Expansion;
  fallback?: string[];
}

/** A cell that cannot be taken; its message says what it should hold. */
export class Refused extends Error {}

const RATIO = /^(\d{1,4})\s*:\s*(\d{1,4})(?::00)?$/;
const WHOLE = /^[+-]?\d{1,15}(?:\.0+)?$/;
const DECIMAL = /^\+?\d{1,9}(?:\.\d{1,15})?$/;
const PARTS = /[;,\n]/;
const SHOWN = 40;

type Reader = (text: string) => unknown;

const READERS: Record<Field, Reader> = {
  prompt,
  variants: (text) => whole(text, 1, MAX_VARIANTS),
  references: texts,
  reference_mode: mode,
  aspect_ratio: ratio,
  size,
  model: (text) => text,
  seed: (text) => whole(text, 0, MAX_SEED),
  tags,
  expand: expansion,
  strength: (text) => decimal(text, 0, 1),
  steps: (text) => whole(text, 1, 1_000),
  guidance: (text) => decimal(text, 0, 100),
  fallback: texts,
};

/** The value of a filled cell; throws Refused. */
export function readCell(field: Field, text: string): unknown {
  return READERS[field](text.replaceAll("\r\n", "\n").trim());
}

function prompt(text: string): string {
  if (text.length > MAX_PROMPT) throw new Refused(`Give at most ${MAX_PROMPT.toLocaleString("en")} characters.`);
  return text;
}

function whole(text: string, least: number, most: number): number {
  const number = WHOLE.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most)) {
    throw new Refused(`${shown(text)} is not a whole number from ${least} to ${most}.`);
  }
  return number;
}

/** A plain number, also with a decimal comma, as spreadsheets in half of the world write it. */
function decimal(text: string, least: number, most: number): number {
  const plain = text.replace(",", ".");
  const number = DECIMAL.test(plain) ? Number(plain) : Number.NaN;
  if (!(number >= least && number <= most)) {
    throw new Refused(`${shown(text)} is not a number from ${least} to ${most}.`);
  }
  return number;
}

/** Spreadsheets take 4:5 for a time of day: 04:05:00 is read back as 4:5. */
function ratio(text: string): string {
  const match = RATIO.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  if (!(width > 0 && height > 0)) throw new Refused("An aspect ratio is written like 4:5.");
  return `${width}:${height}`;
}

function size(text: string): Size {
  const found = SIZES.find((one) => one === text.toUpperCase());
  if (!found) throw new Refused("Give one of '512', '1K', '2K' or '4K'.");
  return found;
}

function mode(text: string): Mode {
  const found = MODES.find((one) => one === normal(text));
  if (!found) throw new Refused("Give one of 'style_only' or 'style_and_composition'.");
  return found;
}

/** The entries of a cell that lists texts: parts between ; or , or line breaks, or a JSON array. */
export function texts(text: string): string[] {
  if (text.trim().startsWith("[")) {
    const found = parsed(text);
    if (!isTexts(found)) throw new Refused("Give a list of texts.");
    return found;
  }
  return text
    .split(PARTS)
    .map((part) => part.trim())
    .filter(Boolean);
}

function tags(text: string): string[] {
  const found = [...new Set(texts(text))];
  if (found.length > 20) throw new Refused("Give at most 20 entries.");
  if (found.some((tag) => tag.length > 50)) throw new Refused("Give at most 50 characters.");
  return found;
}

function expansion(text: string): Expansion {
  const found = parsed(text);
  if (!isObject(found)) throw new Refused('Give an object like {"aspect_ratio": ["1:1", "9:16"]}.');
  const { mode = "product", ...axes } = found;
  if (mode !== "product" && mode !== "zip") throw new Refused("Give one of 'product' or 'zip'.");
  const lists: [Axis, unknown[]][] = [];
  for (const [name, entries] of Object.entries(axes)) {
    const axis = AXES.find((one) => one === name);
    if (!axis) throw new Refused(`${name} cannot be expanded; ${AXES.join(", ")} can.`);
    if (!Array.isArray(entries)) throw new Refused(`${name}: Give a list.`);
    if (entries.length > 100) throw new Refused(`${name}: Give at most 100 entries.`);
    if (entries.length > 0) lists.push([axis, entries.map((entry) => axisEntry(axis, entry))]);
  }
  const made = { mode, ...Object.fromEntries(lists) } as Expansion;
  combinations(made);
  return made;
}

function axisEntry(axis: Axis, entry: unknown): unknown {
  if (axis === "references") {
    if (!isTexts(entry)) throw new Refused("references: Give a list of lists of references.");
    return entry;
  }
  if (axis === "variables") {
    if (!isObject(entry)) throw new Refused("variables: Give a list of objects.");
    return entry;
  }
  return readCell(axis, String(entry));
}

/** How many combinations an expansion makes; throws Refused when lists to zip differ in length. */
export function combinations(expand: Expansion | undefined): number {
  const lists = AXES.flatMap((axis): [Axis, number][] => {
    const length = expand?.[axis]?.length ?? 0;
    return length ? [[axis, length]] : [];
  });
  const lengths = lists.map(([, length]) => length);
  if (expand?.mode !== "zip") return lengths.reduce((total, length) => total * length, 1);
  if (new Set(lengths).size > 1) {
    const told = lists.map(([axis, length]) => `${axis} has ${length}`).join(", ");
    throw new Refused(`Lists that are zipped must be of one length: ${told}.`);
  }
  return lengths[0] ?? 1;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused("This is not valid JSON.");
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(text: string): string {
  const line = text.split(/\s+/).join(" ");
  return line.length > SHOWN ? `“${line.slice(0, SHOWN)}…”` : `“${line}”`;
}
