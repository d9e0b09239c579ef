/** What is selected in the sheet: from one cell to another, the second being the one that keys move. */

import type { Range } from "../edits";

export interface Spot {
  row: number;
  column: number;
}

export interface Selection {
  anchor: Spot;
  focus: Spot;
}

export interface Bounds {
  rows: number;
  columns: number;
}

export const FIRST: Selection = { anchor: { row: 0, column: 0 }, focus: { row: 0, column: 0 } };

export function at(row: number, column: number): Selection {
  return { anchor: { row, column }, focus: { row, column } };
}

export function rangeOf({ anchor, focus }: Selection): Range {
  return {
    top: Math.min(anchor.row, focus.row),
    bottom: Math.max(anchor.row, focus.row),
    left: Math.min(anchor.column, focus.column),
    right: Math.max(anchor.column, focus.column),
  };
}

/** The selection inside these bounds: rows and columns may have gone. */
export function within({ anchor, focus }: Selection, bounds: Bounds): Selection {
  return { anchor: clamped(anchor, bounds), focus: clamped(focus, bounds) };
}

function clamped(spot: Spot, { rows, columns }: Bounds): Spot {
  return {
    row: Math.max(0, Math.min(spot.row, rows - 1)),
    column: Math.max(0, Math.min(spot.column, columns - 1)),
  };
}

/** The selection moved, or stretched from where it began. */
export function moved(selection: Selection, down: number, right: number, bounds: Bounds, stretch: boolean): Selection {
  const { row, column } = selection.focus;
  const focus = clamped({ row: row + down, column: column + right }, bounds);
  return { anchor: stretch ? selection.anchor : focus, focus };
}

export function rows(top: number, bottom: number, bounds: Bounds): Selection {
  return { anchor: { row: top, column: 0 }, focus: { row: bottom, column: bounds.columns - 1 } };
}

/** Whether whole rows are selected, not single cells. */
export function areRows(selection: Selection, columns: number): boolean {
  const { left, right } = rangeOf(selection);
  return left === 0 && right === columns - 1;
}

interface Pressed {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

/** Where a key takes the selection; null when it is no key that moves. */
export function movedBy(pressed: Pressed, selection: Selection, bounds: Bounds, page: number): Selection | null {
  const step = stepOf(pressed, bounds, page);
  return step ? moved(selection, step[0], step[1], bounds, pressed.shiftKey) : null;
}

function stepOf({ key, ctrlKey, metaKey }: Pressed, { rows, columns }: Bounds, page: number): [number, number] | null {
  const far = ctrlKey || metaKey;
  const steps: Record<string, [number, number]> = {
    ArrowUp: [far ? -rows : -1, 0],
    ArrowDown: [far ? rows : 1, 0],
    ArrowLeft: [0, far ? -columns : -1],
    ArrowRight: [0, far ? columns : 1],
    PageUp: [-page, 0],
    PageDown: [page, 0],
    Home: [far ? -rows : 0, -columns],
    End: [far ? rows : 0, columns],
  };
  return steps[key] ?? null;
}
