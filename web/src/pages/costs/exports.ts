import Papa from "papaparse";
import type { UsageRow } from "@/api/schema";
import type { Days, UsageGroup } from "@/api/usage";
import { guarded } from "@/files/cells";

export interface Shown extends Days {
  group: UsageGroup;
  rows: readonly UsageRow[];
  totalMicros: number;
}

/** Micros as dollars to the last digit: 1234 is "0.001234". */
export function dollars(micros: number): string {
  const whole = String(Math.abs(micros)).padStart(7, "0");
  return `${micros < 0 ? "-" : ""}${whole.slice(0, -6)}.${whole.slice(-6)}`;
}

/** What is shown as CSV (RFC 4180); text that a sheet would take for a formula is quoted by an apostrophe. */
export function asCsv({ group, rows }: Shown): string {
  const table = rows.map((row) => [
    guarded(row.key),
    guarded(row.name),
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
