/** The API's suggestions, carried out in the sheet. */

import { isObject } from "./cells";
import { setEachRow } from "./edits";
import type { Batch, Priority } from "./sheets";

/** The batch with a suggestion's change made: fields of the batch, and under `each_row` what every row takes. */
export function applied(batch: Batch, change: Readonly<Record<string, unknown>>): Batch {
  const { each_row: eachRow, ...fields } = change;
  const changed = isObject(eachRow) ? setEachRow(batch, eachRow) : batch;
  return {
    ...changed,
    ...(typeof fields.reuse === "boolean" ? { reuse: fields.reuse } : {}),
    ...(typeof fields.priority === "string" ? { priority: fields.priority as Priority } : {}),
  };
}
