import { type Shortcut, useShortcuts } from "@/layout/shortcuts";

const WHERE = "In what waits";
const NONE: readonly Shortcut[] = [];
const LISTED: readonly Shortcut[] = [
  { keys: "f", words: "Make it, or all that are chosen, first", where: WHERE },
  { keys: "l", words: "Make it, or all that are chosen, last", where: WHERE },
  { keys: "alt+arrowup", words: "One place up", where: WHERE },
  { keys: "alt+arrowdown", words: "One place down", where: WHERE },
];

/** Keys that the line acts on itself, listed under "?". */
export function useLineShortcuts(canMove: boolean) {
  useShortcuts(canMove ? LISTED : NONE);
}
