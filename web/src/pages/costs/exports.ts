import Papa from "papaparse";
import type { UsageRow } from "@/api/schema";
import type { Days, UsageGroup } from "@/api/usage";

export interface Shown extends Days {
  group: UsageGroup;
  rows: readonly UsageRow[];
  totalMicros: number;
}

const FORMULA = /^[=+\-@\t\r]/;

/** Micros as dollars to the last digit: 1234 is "0.001234". */
export function dollars(micros: number): string {
  const whole = String(Math.abs(micros)).padStart(7, "0");
  return `${micros < 0 ? "-" : ""}${whole.slice(0, -6)}.${whole.slice(-6)}`;
}

/** What is shown as CSV (RFC 4180); text that a sheet would take for a formula is quoted by an apostrophe. */
export function asCsv({ group, rows }: Shown): string {
  const table = rows.map((row) => [
    safe(row.key),
    safe(row.name),
    row.images,
    row.calls,
    row.cost_micros,
    dollars(row.cost_micros),
  ]);
  return Papa.unparse({ fields: [group, "name", "images", "calls", "cost_micros", "cost_usd"], data: table });
}

/** What is shown as JSON. */
export function asJson({ group, from, to, rows, totalMicros }: Shown): string {
  return JSON.stringify({ from, to, group_by: group, total_micros: totalMicros, usage: rows }, null, 2);
}

/** The name of the file that is saved. */
export function fileName({ group, from, to }: Shown, ending: "csv" | "json"): string {
  return `fanfold-costs-by-${group}-${from}-to-${to}.${ending}`;
}

/** Hands a text to the browser as a file. */
export function save(name: string, type: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function safe(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}
