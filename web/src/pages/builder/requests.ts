/** From the sheet to the request that makes a batch of it, and back from what the API hands out. */

import type { Settings } from "./cells";
import { type ColumnKey, FIELDS, type FreeColumn } from "./columns";
import { appendRows } from "./edits";
import type { HandedRow } from "./handover";
import { listText } from "./lists";
import { readRow, readSettings, valuesOf } from "./readings";
import { type Batch, newBatch, newRow, type Priority, type SheetRow } from "./sheets";

export interface RequestRow extends Settings {
  prompt: string;
  variables?: Record<string, string>;
  metadata?: Record<string, string>;
}

export interface BatchRequest {
  name?: string;
  rows: RequestRow[];
  defaults: Settings;
  priority: Priority;
  start_at: string | null;
  budget_micros: number | null;
  reuse: boolean;
  tags: string[];
}

/** A request and which row of the sheet each of its rows is: answers count the rows as they were sent. */
export interface Asked {
  body: BatchRequest;
  rows: readonly SheetRow[];
}

/** The request for these rows of a batch (all that say something, where none are given). */
export function requestOf(batch: Batch, rows: readonly SheetRow[]): Asked {
  const name = batch.name.trim();
  return {
    rows,
    body: {
      ...(name ? { name } : {}),
      rows: rows.map(requestRow),
      defaults: readSettings(batch.defaults).settings,
      priority: batch.priority,
      start_at: startOf(batch),
      budget_micros: budgetOf(batch),
      reuse: batch.reuse,
      tags: [...batch.tags],
    },
  };
}

function requestRow(row: SheetRow): RequestRow {
  const reading = readRow(row);
  const variables = valuesOf(reading);
  return {
    prompt: reading.prompt,
    ...reading.settings,
    ...(Object.keys(variables).length ? { variables } : {}),
    ...(Object.keys(reading.metadata).length ? { metadata: reading.metadata } : {}),
  };
}

function startOf(batch: Batch): string | null {
  const start = new Date(batch.startAt);
  return Number.isNaN(start.getTime()) ? null : start.toISOString();
}

/** The budget in micros; null when none is given, NaN when what is typed is no amount. */
export function budgetOf(batch: Batch): number | null {
  const text = batch.budget.trim().replace(",", ".");
  if (!text) return null;
  return /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Math.round(Number(text) * 1_000_000) : Number.NaN;
}

/** A batch of rows as the API writes them. */
export function batchOf(rows: readonly HandedRow[], name = ""): Batch {
  const free: FreeColumn[] = [];
  const made = rows.map((row) => newRow(cellsOf(row, free)));
  return { ...appendRows(newBatch([]), made, free), name };
}

function cellsOf(row: HandedRow, free: FreeColumn[]): Record<ColumnKey, string> {
  const cells: Record<string, string> = {};
  for (const field of FIELDS) {
    const text = textOf(row[field]);
    if (text) cells[field] = text;
  }
  for (const [kind, values] of [["variable", row.variables] as const, ["metadata", row.metadata] as const]) {
    for (const [name, value] of Object.entries(values ?? {})) {
      free.push({ kind, name });
      const text = textOf(value);
      if (text) cells[`${kind}:${name}`] = text;
    }
  }
  return cells;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return listText(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
