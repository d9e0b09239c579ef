/** All that keeps a batch from being started, in one list, each with the place to go to. */

import { checkRow, type Knowledge } from "./checks";
import { type PlacedProblem, stillHolding } from "./pointers";
import { readSettings, type WrongCell } from "./readings";
import { budgetOf } from "./requests";
import { type Batch, filledRows, type SheetRow } from "./sheets";

export interface Problems {
  /** The wrong cells of each row, by its id. */
  cells: ReadonlyMap<string, readonly WrongCell[]>;
  /** What is wrong beside the rows: in the defaults and the batch. */
  others: readonly PlacedProblem[];
  /** The rows that are certainly right: what can be estimated. */
  right: readonly SheetRow[];
}

export interface RowLimits {
  rows: number;
  images: number;
}

/** What is wrong with a batch: what is certain here, and what the API said of what has not changed since. */
export function problemsOf(
  batch: Batch,
  knowledge: Knowledge,
  told: readonly PlacedProblem[],
  limits: RowLimits,
): Problems {
  const cells = new Map<string, readonly WrongCell[]>();
  const right: SheetRow[] = [];
  const filled = filledRows(batch);
  for (const row of filled) {
    const wrongs = checkRow(row, knowledge);
    if (wrongs.length > 0) cells.set(row.id, wrongs);
    else right.push(row);
  }
  const byId = new Map(batch.rows.map((row) => [row.id, row]));
  const others: PlacedProblem[] = batchProblems(batch, filled.length, limits);
  for (const problem of stillHolding(told, byId)) {
    if (problem.place.at === "cell")
      addTo(cells, problem.place.row, { column: problem.place.column, detail: problem.detail });
    else if (!others.some((one) => one.detail === problem.detail)) others.push(problem);
  }
  return { cells, others, right };
}

function addTo(cells: Map<string, readonly WrongCell[]>, row: string, wrong: WrongCell): void {
  const known = cells.get(row) ?? [];
  if (!known.some((one) => one.column === wrong.column)) cells.set(row, [...known, wrong]);
}

function batchProblems(batch: Batch, rows: number, limits: RowLimits): PlacedProblem[] {
  const problems = readSettings(batch.defaults).wrongs.map(
    ({ column, detail }): PlacedProblem => ({ place: { at: "default", field: column as never }, detail }),
  );
  if (Number.isNaN(budgetOf(batch))) {
    problems.push({
      place: { at: "batch", field: "budget_micros" },
      detail: "Write the budget in dollars, like 25 or 2.50.",
    });
  }
  if (rows > limits.rows) {
    const told = `${rows.toLocaleString("en")} rows are too many; send at most ${limits.rows.toLocaleString("en")} in one batch.`;
    problems.push({ place: { at: "batch", field: "rows" }, detail: told });
  }
  return problems;
}
