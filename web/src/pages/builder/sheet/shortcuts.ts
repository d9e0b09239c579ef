import type { Shortcut } from "@/layout/shortcuts";

const where = "In the sheet";

/** The sheet's own keys, to be listed; the sheet itself acts on them while it has the focus. */
export const SHEET_SHORTCUTS: readonly Shortcut[] = [
  { keys: "enter", words: "Write in the cell, or open its editor", where },
  { keys: "delete", words: "Empty what is selected", where },
  { keys: "mod+c", words: "Copy", where },
  { keys: "mod+x", words: "Cut", where },
  { keys: "mod+v", words: "Paste, also from other sheets", where },
  { keys: "mod+z", words: "Undo", where },
  { keys: "mod+shift+z", words: "Redo", where },
  { keys: "mod+d", words: "Fill down", where },
  { keys: "mod+a", words: "Select all", where },
  { keys: "shift+ ", words: "Select whole rows", where },
  { keys: "shift+arrowdown", words: "Stretch the selection", where },
  { keys: "mod+arrowdown", words: "Go to the last row", where },
  { keys: "mod+enter", words: "Insert a row below", where },
  { keys: "alt+shift+arrowdown", words: "Duplicate rows", where },
  { keys: "alt+arrowup", words: "Move rows up", where },
  { keys: "alt+arrowdown", words: "Move rows down", where },
  { keys: "mod+backspace", words: "Delete rows", where },
];
