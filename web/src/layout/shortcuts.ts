import { useEffect, useSyncExternalStore } from "react";

export interface Shortcut {
  /** `"n"`, `"mod+k"` (Ctrl or ⌘), or one after the other: `"g b"`. As `KeyboardEvent.key` says it, in lower case. */
  keys: string;
  /** What it does, as listed under "?". */
  words: string;
  /** None where a part of the page acts by itself while it has the focus: the shortcut is listed only. */
  act?: () => void;
  /** The part of the page in which it works; everywhere on it when nothing is said. */
  where?: string;
  /** Whether it also works while a dialog is open. */
  inDialogs?: boolean;
  /** Whether every page has it, not only the one that is open. */
  isEverywhere?: boolean;
}

const PATIENCE_MS = 900;
let active: readonly Shortcut[] = [];
const readers = new Set<() => void>();
let pressed: { keys: string; at: number } = { keys: "", at: 0 };

/** Listens for shortcuts while the part is shown; a later part's go before an earlier one's. Give a stable list. */
export function useShortcuts(shortcuts: readonly Shortcut[]) {
  useEffect(() => {
    change([...shortcuts, ...active]);
    return () => change(active.filter((one) => !shortcuts.includes(one)));
  }, [shortcuts]);
}

/** All shortcuts that work now. */
export function useActiveShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(subscribe, () => active);
}

function subscribe(reader: () => void) {
  readers.add(reader);
  return () => readers.delete(reader);
}

function change(shortcuts: readonly Shortcut[]) {
  if (active.length === 0 && shortcuts.length > 0) addEventListener("keydown", press);
  if (shortcuts.length === 0) removeEventListener("keydown", press);
  active = shortcuts;
  for (const reader of readers) reader();
}

function press(event: KeyboardEvent) {
  const isPlain = !(event.ctrlKey || event.metaKey || event.altKey);
  if (event.defaultPrevented || event.repeat || event.isComposing || (isPlain && isTyping(event.target))) return;
  const key = `${event.ctrlKey || event.metaKey ? "mod+" : ""}${event.altKey ? "alt+" : ""}${event.key.toLowerCase()}`;
  const sequence = event.timeStamp - pressed.at < PATIENCE_MS ? `${pressed.keys} ${key}` : key;
  const isDialog = document.querySelector('[role="dialog"][aria-modal="true"]') !== null;
  const usable = active.filter((one) => one.act !== undefined && (one.inDialogs || !isDialog));
  const found = usable.find((one) => one.keys === sequence) ?? usable.find((one) => one.keys === key);
  pressed = found === undefined ? { keys: key, at: event.timeStamp } : { keys: "", at: 0 };
  if (found?.act === undefined) return;
  event.preventDefault();
  found.act();
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const isField = target instanceof HTMLInputElement && !["button", "checkbox", "radio", "range"].includes(target.type);
  return (
    isField || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
  );
}
