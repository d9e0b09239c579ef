/** What is certainly wrong with a row before anything is sent, in the API's own words. */

import type { Expansion, Settings } from "./cells";
import { type ColumnKey, freeKey } from "./columns";
import { type Reading, readRow, valuesOf, type WrongCell } from "./readings";
import type { SheetRow } from "./sheets";

export interface Span {
  least: number;
  most: number;
}

/** What a model can make and what it costs, as `GET /v1/models` tells it. */
export interface Model {
  id: string;
  title: string;
  status: string;
  is_default: boolean;
  warning: string | null;
  capabilities: {
    aspect_ratios: readonly string[];
    sizes: readonly string[];
    min_references: number;
    max_references: number;
    reference_modes: readonly string[];
    seed: boolean;
    max_seed: number | null;
    strength: Span | null;
    steps: Span | null;
    guidance: Span | null;
  };
  price: { estimated_micros: Readonly<Record<string, number>> };
}

/** What rows are checked against; a new one forgets what was found before. */
export interface Knowledge {
  defaults: Settings;
  models: readonly Model[];
  /** The names of files that are being uploaded. */
  arriving: ReadonlySet<string>;
}

const found = new WeakMap<Knowledge, WeakMap<SheetRow, readonly WrongCell[]>>();

/** The wrong cells of a row; found once for as long as the row and what is known stay. */
export function checkRow(row: SheetRow, knowledge: Knowledge): readonly WrongCell[] {
  let rows = found.get(knowledge);
  if (!rows) {
    rows = new WeakMap();
    found.set(knowledge, rows);
  }
  let wrongs = rows.get(row);
  if (!wrongs) {
    wrongs = check(readRow(row), knowledge);
    rows.set(row, wrongs);
  }
  return wrongs;
}

function check(reading: Reading, knowledge: Knowledge): readonly WrongCell[] {
  if (reading.blank) return [];
  const merged = { ...knowledge.defaults, ...reading.settings };
  const wrongs = [...reading.wrongs, ...missingValues(reading, merged), ...missingReferences(reading, knowledge)];
  for (const id of merged.expand?.model ?? [merged.model]) {
    const model = knowledge.models.find((one) => (id === undefined ? one.is_default : one.id === id));
    if (model) wrongs.push(...unsupported(model, merged, reading));
    else if (id !== undefined && knowledge.models.length > 0) wrongs.push(unknownModel(id, knowledge.models, reading));
  }
  return once(wrongs);
}

function missingValues(reading: Reading, merged: Settings): WrongCell[] {
  const values = valuesOf(reading);
  const lists = merged.expand?.variables?.length ? merged.expand.variables : [{}];
  const missing = reading.names.filter((name) => !(name in values) && lists.some((list) => !(name in list)));
  return missing.map((name) => ({
    column: freeKey({ kind: "variable", name }),
    detail: `The prompt names {{${name}}}, but there is no variable of that name.`,
  }));
}

/** Names of files that are not on their way are certainly no references; of ids only the API knows. */
function missingReferences(reading: Reading, { arriving }: Knowledge): WrongCell[] {
  return (reading.settings.references ?? [])
    .filter((name) => !name.startsWith("ref_") && !arriving.has(name))
    .map((name) => ({ column: "references", detail: `There is no reference ${name}. Upload it first.` }));
}

function unknownModel(id: string, models: readonly Model[], reading: Reading): WrongCell {
  const names = models.filter((model) => model.status === "available").map((model) => model.id);
  const detail = `There is no model ${id}. Choose one of: ${names.join(", ")}.`;
  return { column: saidBy(reading, "model"), detail };
}

/** What this model cannot do of a row's settings. */
function unsupported(model: Model, merged: Settings, reading: Reading): WrongCell[] {
  const can = model.capabilities;
  const wrongs: WrongCell[] = [];
  const add = (field: keyof Settings, detail: string) => wrongs.push({ column: saidBy(reading, field), detail });
  const ratios = merged.expand?.aspect_ratio ?? [merged.aspect_ratio ?? "1:1"];
  for (const ratio of ratios.filter((one) => !can.aspect_ratios.includes(one))) {
    add("aspect_ratio", `${model.id} cannot make ${ratio}; it makes ${can.aspect_ratios.join(", ")}.`);
  }
  const size = merged.size ?? "1K";
  if (!can.sizes.includes(size)) {
    add("size", `${model.id} cannot make the size ${size}; it makes ${can.sizes.join(", ")}.`);
  }
  for (const references of merged.expand?.references ?? [merged.references ?? []]) {
    const detail = wrongCount(model, references.length);
    if (detail) add("references", detail);
  }
  const seed = wrongSeed(model, merged);
  if (seed) add("seed", seed);
  for (const name of ["strength", "steps", "guidance"] as const) {
    const detail = wrongSteering(model, name, merged[name]);
    if (detail) add(name, detail);
  }
  return wrongs;
}

function wrongSteering(model: Model, name: "strength" | "steps" | "guidance", value: number | undefined): string {
  const span = model.capabilities[name];
  if (value === undefined) return "";
  if (!span) return `${model.id} takes no ${name}; leave it out.`;
  const fits = value >= span.least && value <= span.most;
  return fits ? "" : `${model.id} takes ${name} from ${span.least} to ${span.most}; ${value} is outside.`;
}

function wrongCount(model: Model, references: number): string {
  const { min_references: least, max_references: most } = model.capabilities;
  if (references > most) return `${model.id} takes at most ${most} references; there are ${references}.`;
  return references < least ? `${model.id} starts from a reference; name one.` : "";
}

function wrongSeed(model: Model, merged: Settings): string {
  const { seed: takes, max_seed: most } = model.capabilities;
  const seeds = merged.expand?.seed ?? (merged.seed === undefined ? [] : [merged.seed]);
  if (seeds.length > 0 && !takes) return `${model.id} takes no seed; leave it out.`;
  // Variants of one seed would be the same picture, so each takes the next one.
  const last = Math.max(...seeds) + (merged.variants ?? 1) - 1;
  return most !== null && last > most
    ? `${model.id} takes seeds up to ${most}; with its variants this one grows to ${last}.`
    : "";
}

/** The column in which a row says a setting: its own, or the one of its expansion. */
function saidBy(reading: Reading, field: keyof Settings): ColumnKey {
  const axes: Expansion | undefined = reading.settings.expand;
  return axes && field in axes ? "expand" : field;
}

function once(wrongs: readonly WrongCell[]): WrongCell[] {
  const seen = new Map(wrongs.map((wrong) => [`${wrong.column} ${wrong.detail}`, wrong]));
  return [...seen.values()];
}
