/** What the builder edits: rows of texts as typed, the defaults under them, and what is said of the whole batch. */

import { newIdempotencyKey } from "@/api/client";
import { type ColumnKey, FIELDS, type Field, type FreeColumn, freeKey, HIDDEN_AT_FIRST } from "./columns";

export type Cells = Readonly<Partial<Record<ColumnKey, string>>>;

/** A row keeps its id wherever it moves; a cell that is left out is empty. Rows never change: an edit makes a new one. */
export interface SheetRow {
  readonly id: string;
  readonly cells: Cells;
}

export type Defaults = Readonly<Partial<Record<Field, string>>>;
export type Priority = "high" | "standard" | "economy";

export interface Batch {
  readonly name: string;
  readonly rows: readonly SheetRow[];
  readonly free: readonly FreeColumn[];
  readonly hidden: readonly ColumnKey[];
  readonly defaults: Defaults;
  readonly priority: Priority;
  /** A local date and time as its field holds it; empty: at once. */
  readonly startAt: string;
  /** US dollars as typed; empty: no budget. */
  readonly budget: string;
  readonly reuse: boolean;
  readonly tags: readonly string[];
  /** The idempotency key that it is sent under, whatever is changed meanwhile: however often, it starts once. */
  readonly startKey: string;
}

export const FIRST_ROWS = 10;
const PREFIX = newIdempotencyKey().slice(0, 12);
let made = 0;

/** Unlike any other of this browser and of others: crypto.randomUUID is missing on pages without https. */
function newId(): string {
  made += 1;
  return `${PREFIX}-${made.toString(36)}`;
}

export function newRow(cells: Cells = {}): SheetRow {
  return { id: newId(), cells };
}

export function blankRows(count: number): SheetRow[] {
  return Array.from({ length: count }, () => newRow());
}

export function newBatch(rows: readonly SheetRow[] = blankRows(FIRST_ROWS)): Batch {
  return {
    name: "",
    rows,
    free: [],
    hidden: HIDDEN_AT_FIRST,
    defaults: {},
    priority: "standard",
    startAt: "",
    budget: "",
    reuse: false,
    tags: [],
    startKey: "",
  };
}

/** The batch with a key to start it under: this one, where it has none yet. */
export function keyed(batch: Batch, startKey: string): Batch {
  return batch.startKey ? batch : { ...batch, startKey };
}

export function cellOf(row: SheetRow, key: ColumnKey): string {
  return row.cells[key] ?? "";
}

/** Whether nothing is written in a row: such rows are not sent. */
export function isBlank(row: SheetRow): boolean {
  for (const key in row.cells) if (row.cells[key as ColumnKey]?.trim()) return false;
  return true;
}

export function filledRows(batch: Batch): SheetRow[] {
  return batch.rows.filter((row) => !isBlank(row));
}

/** All columns in their order: the prompt, what fills it, the other fields, what is kept with the images. */
export function allColumns(batch: Pick<Batch, "free">): ColumnKey[] {
  const free = (kind: FreeColumn["kind"]) => batch.free.filter((column) => column.kind === kind).map(freeKey);
  const [prompt, ...others] = FIELDS;
  return [prompt, ...free("variable"), ...others, ...free("metadata")];
}

export function visibleColumns(batch: Pick<Batch, "free" | "hidden">): ColumnKey[] {
  const hidden = new Set(batch.hidden);
  return allColumns(batch).filter((key) => !hidden.has(key));
}
