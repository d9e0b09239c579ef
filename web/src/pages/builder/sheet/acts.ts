import type { KeyboardEvent } from "react";
import type { ColumnKey } from "../columns";
import * as edits from "../edits";
import { guess, hasHeader, importRows, widthOf } from "../imports";
import { readClipboard, writeClipboard } from "../separated";
import { newRow } from "../sheets";
import type { Editing } from "../useEditing";
import { at, rangeOf, rows, type Selection, within } from "./selections";

/** What can be done with the selected rows and cells. */
export interface SelectionActs {
  clear(): void;
  copy(): string;
  paste(text: string): void;
  fillDown(): void;
  duplicate(): void;
  remove(): void;
  insert(where: "above" | "below"): void;
  move(by: -1 | 1): void;
  selectAll(): void;
  command(event: KeyboardEvent): boolean;
}

interface Sheet {
  editing: Editing;
  columns: readonly ColumnKey[];
  selection: Selection;
  onSelect(selection: Selection): void;
  /** Ids of references by their files' names, for names in pasted cells. */
  references: ReadonlyMap<string, string>;
}

/** The acts on a selection, as the keys, the buttons and the menu of the sheet all do them. */
export function sheetActs({ editing, columns, selection, onSelect, references }: Sheet): SelectionActs {
  const { batch, edit } = editing;
  const bounds = { rows: batch.rows.length, columns: columns.length };
  const chosen = within(selection, bounds);
  const range = rangeOf(chosen);
  const { top, bottom } = range;
  const height = bottom - top + 1;

  const paste = (text: string) => {
    const block = readClipboard(text);
    if (hasHeader(block) && block.length > 1) {
      const prompts = batch.rows.map((row) => row.cells.prompt ?? "");
      const imported = importRows(block, guess(block, prompts), references);
      edit("Paste rows", (now) => edits.appendRows(now, imported.rows, imported.free));
      return;
    }
    edit("Paste", (now) => edits.pasteBlock(now, range, columns, block));
    const width = widthOf(block);
    if (block.length === 1 && width === 1) return;
    const focus = { row: top + block.length - 1, column: Math.min(range.left + width, columns.length) - 1 };
    onSelect({ anchor: { row: top, column: range.left }, focus });
  };

  const acts: Omit<SelectionActs, "command"> = {
    paste,
    clear: () => edit("Clear", (now) => edits.clearCells(now, range, columns)),
    copy: () => writeClipboard(edits.blockOf(batch, range, columns)),
    fillDown: () => edit("Fill down", (now) => edits.fillDown(now, range, columns)),
    duplicate: () => {
      edit("Duplicate rows", (now) => edits.duplicateRows(now, top, bottom));
      onSelect(rows(bottom + 1, bottom + height, { ...bounds, rows: bounds.rows + height }));
    },
    remove: () => {
      edit("Delete rows", (now) => edits.removeRows(now, top, bottom));
      onSelect(at(top, chosen.focus.column));
    },
    insert: (where) => {
      const place = where === "above" ? top : bottom + 1;
      edit("Insert a row", (now) => edits.insertRows(now, place, [newRow()]));
      onSelect(at(place, 0));
    },
    move: (by) => {
      const [first, last] = by < 0 ? [top - 1, bottom] : [top, bottom + 1];
      if (first < 0 || last >= bounds.rows) return;
      edit("Move rows", (now) => edits.moveRows(now, top, bottom, by));
      const shift = (spot: Selection["focus"]) => ({ ...spot, row: spot.row + by });
      onSelect({ anchor: shift(chosen.anchor), focus: shift(chosen.focus) });
    },
    selectAll: () => onSelect(rows(0, bounds.rows - 1, bounds)),
  };
  return { ...acts, command: (event) => run(commandOf(event), acts) };
}

type Command = "fillDown" | "selectAll" | "insert" | "remove" | "up" | "down" | "duplicate";

function run(command: Command | null, acts: Omit<SelectionActs, "command">): boolean {
  if (!command) return false;
  const does: Record<Command, () => void> = {
    fillDown: acts.fillDown,
    selectAll: acts.selectAll,
    insert: () => acts.insert("below"),
    remove: acts.remove,
    up: () => acts.move(-1),
    down: () => acts.move(1),
    duplicate: acts.duplicate,
  };
  does[command]();
  return true;
}

/** The act that keys ask for; null when they ask for none. */
export function commandOf(
  event: Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">,
): Command | null {
  const key = event.key.toLowerCase();
  if (event.altKey && !event.ctrlKey && !event.metaKey) {
    if (key === "arrowdown") return event.shiftKey ? "duplicate" : "down";
    return key === "arrowup" && !event.shiftKey ? "up" : null;
  }
  if (!(event.ctrlKey || event.metaKey)) return null;
  const commands: Partial<Record<string, Command>> = {
    d: "fillDown",
    a: "selectAll",
    enter: "insert",
    backspace: "remove",
    delete: "remove",
  };
  return event.shiftKey ? null : (commands[key] ?? null);
}
