/** A row of texts to the values that it stands for, with every cell that cannot be read. */

import { combinations, Refused, readCell, type Settings } from "./cells";
import { type ColumnKey, type Field, freeColumn, isField } from "./columns";
import { placeholders } from "./placeholders";
import { type Defaults, isBlank, type SheetRow } from "./sheets";

/** A cell that stops the batch. */
export interface WrongCell {
  column: ColumnKey;
  detail: string;
}

export interface Reading {
  prompt: string;
  settings: Settings;
  variables: Record<string, string>;
  metadata: Record<string, string>;
  /** The names in the prompt's places. */
  names: readonly string[];
  blank: boolean;
  wrongs: readonly WrongCell[];
}

const readings = new WeakMap<SheetRow, Reading>();

/** What a row says; read once for as long as the row stays as it is. */
export function readRow(row: SheetRow): Reading {
  const known = readings.get(row);
  if (known) return known;
  const reading = read(row);
  readings.set(row, reading);
  return reading;
}

function read(row: SheetRow): Reading {
  const { settings, wrongs } = readSettings(row.cells);
  const free = { variable: {} as Record<string, string>, metadata: {} as Record<string, string> };
  for (const [key, text] of Object.entries(row.cells)) {
    const column = freeColumn(key);
    if (column && text?.trim()) free[column.kind][column.name] = text.trim();
  }
  const prompt = (row.cells.prompt ?? "").trim();
  const blank = isBlank(row);
  if (!prompt && !blank) wrongs.unshift({ column: "prompt", detail: "This may not be empty." });
  return {
    prompt,
    settings,
    variables: free.variable,
    metadata: free.metadata,
    names: placeholders(prompt),
    blank,
    wrongs,
  };
}

/** The settings in these cells, and those that cannot be read. */
export function readSettings(cells: Defaults): { settings: Settings; wrongs: WrongCell[] } {
  const wrongs: WrongCell[] = [];
  const settings: Partial<Record<Field, unknown>> = {};
  for (const [key, text] of Object.entries(cells)) {
    if (!isField(key) || !text?.trim()) continue;
    try {
      const value = readCell(key, text);
      if (key !== "prompt") settings[key] = value;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      wrongs.push({ column: key, detail: error.message });
    }
  }
  return { settings: settings as Settings, wrongs };
}

/** What fills the prompt's places: the row's variables, and metadata of the same name where no variable has it. */
export function valuesOf(reading: Reading): Record<string, string> {
  const values = { ...reading.variables };
  for (const name of reading.names) {
    const kept = reading.metadata[name];
    if (!Object.hasOwn(values, name) && kept !== undefined) values[name] = kept;
  }
  return values;
}

/** How many images a row asks for under these defaults; a blank one asks for none. */
export function imagesOf(row: SheetRow, defaults: Settings): number {
  const { blank, settings } = readRow(row);
  if (blank) return 0;
  try {
    return combinations(settings.expand ?? defaults.expand) * (settings.variants ?? defaults.variants ?? 1);
  } catch (error) {
    if (error instanceof Refused) return 1;
    throw error;
  }
}
