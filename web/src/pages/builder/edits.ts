/** The acts on a batch; each gives a new one, or the same one when there was nothing to do. */

import { type ColumnKey, type FreeColumn, freeKey } from "./columns";
import { listText } from "./lists";
import { readRow, readSettings } from "./readings";
import { type Batch, cellOf, isBlank, newRow, type SheetRow } from "./sheets";

/** Rows and columns of the sheet from the first to the last, both included; columns count among the visible ones. */
export interface Range {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export interface CellEdit {
  row: number;
  column: ColumnKey;
  text: string;
}

/** The batch with these cells written; rows beyond the end are added. */
export function writeCells(batch: Batch, edits: readonly CellEdit[]): Batch {
  const changes = new Map<number, Record<string, string>>();
  for (const { row, column, text } of edits) {
    const old = batch.rows[row];
    if (old ? cellOf(old, column) === text : text === "") continue;
    const change = changes.get(row) ?? {};
    change[column] = text;
    changes.set(row, change);
  }
  if (changes.size === 0) return batch;
  const rows = [...batch.rows];
  const last = [...changes.keys()].reduce((one, other) => Math.max(one, other));
  while (rows.length <= last) rows.push(newRow());
  for (const [place, change] of changes) rows[place] = withCells(rows[place] ?? newRow(), change);
  return withPlaceholders(unhide({ ...batch, rows }, edits));
}

function withCells(row: SheetRow, change: Readonly<Record<string, string>>): SheetRow {
  const cells = { ...row.cells } as Record<string, string>;
  for (const [key, text] of Object.entries(change)) {
    if (text === "") delete cells[key];
    else cells[key] = text;
  }
  return { id: row.id, cells };
}

/** What is written may not be hidden: it would count and nobody could see why. */
function unhide(batch: Batch, edits: readonly CellEdit[]): Batch {
  const written = new Set(edits.filter((edit) => edit.text !== "").map((edit) => edit.column));
  const hidden = batch.hidden.filter((key) => !written.has(key));
  return hidden.length === batch.hidden.length ? batch : { ...batch, hidden };
}

/** A block of texts written from a cell on; one single text fills the whole range. */
export function pasteBlock(
  batch: Batch,
  range: Range,
  columns: readonly ColumnKey[],
  block: readonly string[][],
): Batch {
  const one = block.length === 1 && block[0]?.length === 1 ? block[0][0] : undefined;
  const edits: CellEdit[] = [];
  const height = one === undefined ? block.length : range.bottom - range.top + 1;
  for (let down = 0; down < height; down++) {
    const line = one === undefined ? (block[down] ?? []) : columns.slice(range.left, range.right + 1).map(() => one);
    line.forEach((text, across) => {
      const column = columns[range.left + across];
      if (column) edits.push({ row: range.top + down, column, text });
    });
  }
  return writeCells(batch, edits);
}

/** The first line of a range repeated through all of it; of a single line, the line above it. */
export function fillDown(batch: Batch, range: Range, columns: readonly ColumnKey[]): Batch {
  const single = range.top === range.bottom;
  const from = batch.rows[single ? range.top - 1 : range.top];
  if (!from) return batch;
  const edits: CellEdit[] = [];
  for (let row = single ? range.top : range.top + 1; row <= range.bottom; row++) {
    for (const column of columns.slice(range.left, range.right + 1)) {
      edits.push({ row, column, text: cellOf(from, column) });
    }
  }
  return writeCells(batch, edits);
}

export function clearCells(batch: Batch, range: Range, columns: readonly ColumnKey[]): Batch {
  const edits: CellEdit[] = [];
  for (let row = range.top; row <= Math.min(range.bottom, batch.rows.length - 1); row++) {
    for (const column of columns.slice(range.left, range.right + 1)) edits.push({ row, column, text: "" });
  }
  return writeCells(batch, edits);
}

export function insertRows(batch: Batch, at: number, rows: readonly SheetRow[]): Batch {
  if (rows.length === 0) return batch;
  return withPlaceholders({ ...batch, rows: [...batch.rows.slice(0, at), ...rows, ...batch.rows.slice(at)] });
}

/** The rows of a range once more, below it. */
export function duplicateRows(batch: Batch, top: number, bottom: number): Batch {
  const copies = batch.rows.slice(top, bottom + 1).map((row) => newRow(row.cells));
  return insertRows(batch, bottom + 1, copies);
}

/** The batch without these rows; one blank row is left of none. */
export function removeRows(batch: Batch, top: number, bottom: number): Batch {
  const rows = [...batch.rows.slice(0, top), ...batch.rows.slice(bottom + 1)];
  if (rows.length === batch.rows.length) return batch;
  return withPlaceholders({ ...batch, rows: rows.length ? rows : [newRow()] });
}

/** The rows of a range one place up (-1) or down (1). */
export function moveRows(batch: Batch, top: number, bottom: number, by: -1 | 1): Batch {
  const passed = batch.rows[by < 0 ? top - 1 : bottom + 1];
  if (!passed) return batch;
  const moved = batch.rows.slice(top, bottom + 1);
  const [from, to] = by < 0 ? [top - 1, bottom + 1] : [top, bottom + 2];
  const middle = by < 0 ? [...moved, passed] : [passed, ...moved];
  return { ...batch, rows: [...batch.rows.slice(0, from), ...middle, ...batch.rows.slice(to)] };
}

/** New rows behind the last one that says something. */
export function appendRows(batch: Batch, rows: readonly SheetRow[], free: readonly FreeColumn[] = []): Batch {
  const last = batch.rows.findLastIndex((row) => !isBlank(row));
  const kept = batch.rows.slice(0, last + 1);
  const edits = rows.flatMap((row) => Object.keys(row.cells) as ColumnKey[]);
  const written = new Set(edits);
  const hidden = batch.hidden.filter((key) => !written.has(key));
  return withPlaceholders({ ...withFree(batch, free), hidden, rows: [...kept, ...rows] });
}

/** The batch with these free columns beside those that it has. */
export function withFree(batch: Batch, free: readonly FreeColumn[]): Batch {
  const known = new Set(batch.free.map(freeKey));
  const added = free.filter((column) => column.name && !known.has(freeKey(column)));
  return added.length ? { ...batch, free: [...batch.free, ...added] } : batch;
}

/** The batch without a free column and all that is written in it. */
export function removeColumn(batch: Batch, key: ColumnKey): Batch {
  const free = batch.free.filter((column) => freeKey(column) !== key);
  const rows = batch.rows.map((row) => (key in row.cells ? withCells(row, { [key]: "" }) : row));
  return withPlaceholders({ ...batch, free, rows });
}

export function setHidden(batch: Batch, key: ColumnKey, hidden: boolean): Batch {
  const others = batch.hidden.filter((one) => one !== key);
  return { ...batch, hidden: hidden ? [...others, key] : others };
}

/** Every row says this instead of its own cell: it becomes the batch's default. */
export function setEachRow(batch: Batch, change: Readonly<Record<string, unknown>>): Batch {
  const texts = Object.entries(change).map(([name, value]) => [name, String(value)] as const);
  const cleared = Object.fromEntries(texts.map(([name]) => [name, ""]));
  const rows = batch.rows.map((row) => {
    const says = texts.some(([name]) => name in row.cells);
    return withoutAxes(says ? withCells(row, cleared) : row, Object.keys(change));
  });
  return { ...batch, rows, defaults: { ...batch.defaults, ...Object.fromEntries(texts) } };
}

/** An expansion over what is now the same everywhere would win over it. */
function withoutAxes(row: SheetRow, names: readonly string[]): SheetRow {
  const expand = readRow(row).settings.expand;
  if (!expand || !names.some((name) => name in expand)) return row;
  const kept = Object.fromEntries(Object.entries(expand).filter(([name]) => !names.includes(name)));
  return withCells(row, { expand: Object.keys(kept).length > 1 ? JSON.stringify(kept) : "" });
}

/** Ids in the place of the names of files, in the references of all rows and of the defaults; "" takes a name out. */
export function replaceReferences(batch: Batch, ids: ReadonlyMap<string, string>): Batch {
  const replaced = (names: readonly string[]) =>
    listText(names.map((name) => ids.get(fileName(name)) ?? name).filter(Boolean));
  const has = (names: readonly string[] | undefined) => names?.some((name) => ids.has(fileName(name))) ?? false;
  const rows = batch.rows.map((row) => {
    const names = readRow(row).settings.references ?? [];
    return has(names) ? withCells(row, { references: replaced(names) }) : row;
  });
  const own = referencesIn(batch.defaults.references ?? "");
  const defaults = has(own) ? { ...batch.defaults, references: replaced(own) } : batch.defaults;
  const same = defaults === batch.defaults && rows.every((row, place) => row === batch.rows[place]);
  return same ? batch : { ...batch, defaults, rows };
}

/** The references of these rows (of the defaults, where none are named) changed. */
export function changeReferences(
  batch: Batch,
  ids: ReadonlySet<string> | null,
  change: (names: readonly string[]) => readonly string[],
): Batch {
  const text = (old: string | undefined) => listText([...new Set(change(referencesIn(old ?? "")))]);
  if (!ids) return { ...batch, defaults: { ...batch.defaults, references: text(batch.defaults.references) } };
  const edits = batch.rows.flatMap((row, place): CellEdit[] =>
    ids.has(row.id) ? [{ row: place, column: "references", text: text(row.cells.references) }] : [],
  );
  return writeCells(batch, edits);
}

/** What a references cell names; nothing where it cannot be read. */
export function referencesIn(text: string): readonly string[] {
  return readSettings({ references: text }).settings.references ?? [];
}

/** The name of a file in a path of any system, as names are compared. */
export function fileName(path: string): string {
  return (path.split(/[\\/]/).at(-1) ?? path).toLowerCase();
}

/** A column for each `{{name}}` that no column fills; one that came so and is empty goes when nobody names it any more. */
export function withPlaceholders(batch: Batch): Batch {
  const wanted = new Set<string>();
  const filled = new Set<string>();
  for (const row of batch.rows) {
    const { names, settings, variables } = readRow(row);
    const given = settings.expand?.variables ?? [];
    for (const name of names) if (!given.length || given.some((one) => !(name in one))) wanted.add(name);
    for (const name in variables) filled.add(name);
  }
  const stays = ({ made, name }: FreeColumn) => !made || wanted.has(name) || filled.has(name);
  const kept = batch.free.filter(stays);
  const known = new Set(kept.map((column) => column.name));
  const added = [...wanted]
    .filter((name) => !known.has(name))
    .map((name): FreeColumn => ({ kind: "variable", name, made: true }));
  if (added.length === 0 && kept.length === batch.free.length) return batch;
  return { ...batch, free: [...kept, ...added] };
}

/** What a range holds, as a block of texts. */
export function blockOf(batch: Batch, range: Range, columns: readonly ColumnKey[]): string[][] {
  return batch.rows
    .slice(range.top, range.bottom + 1)
    .map((row) => columns.slice(range.left, range.right + 1).map((column) => cellOf(row, column)));
}
