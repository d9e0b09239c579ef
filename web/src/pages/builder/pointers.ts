/** From the API's pointers (`/rows/3/prompt`) to the cells that they mean. */

import { type ColumnKey, type Field, freeKey, isField } from "./columns";
import { cellOf, type SheetRow } from "./sheets";

/** Where a problem is: at a cell, in the defaults, or in a field of the batch ("" is the whole of it). */
export type Place =
  | { at: "cell"; row: string; column: ColumnKey; sent: string }
  | { at: "default"; field: Field }
  | { at: "batch"; field: string };

export interface PlacedProblem {
  place: Place;
  detail: string;
}

export interface PointedError {
  pointer: string;
  detail: string;
}

/** Each error with its place, by the rows as they were sent. */
export function placed(errors: readonly PointedError[], rows: readonly SheetRow[]): PlacedProblem[] {
  return errors.map(({ pointer, detail }) => ({ place: placeOf(pointer, rows), detail }));
}

/** The steps of a JSON pointer (RFC 6901). */
function stepsOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function placeOf(pointer: string, rows: readonly SheetRow[]): Place {
  const [first = "", second = "", third = "", fourth = ""] = stepsOf(pointer);
  if (first === "rows") {
    const row = rows[Number(second)];
    if (second === "" || !row) return { at: "batch", field: "rows" };
    const column = columnOf(third, fourth);
    return { at: "cell", row: row.id, column, sent: cellOf(row, column) };
  }
  if (first === "defaults" && isField(second)) return { at: "default", field: second };
  return { at: "batch", field: first === "defaults" ? "" : first };
}

function columnOf(field: string, inside: string): ColumnKey {
  if (field === "variables" && inside) return freeKey({ kind: "variable", name: inside });
  if (field === "metadata" && inside) return freeKey({ kind: "metadata", name: inside });
  return isField(field) ? field : "prompt";
}

/** The problems that still hold: those at cells that have not been changed since they were sent. */
export function stillHolding(problems: readonly PlacedProblem[], rows: ReadonlyMap<string, SheetRow>): PlacedProblem[] {
  return problems.filter(({ place }) => {
    if (place.at !== "cell") return true;
    const row = rows.get(place.row);
    return row !== undefined && cellOf(row, place.column) === place.sent;
  });
}
