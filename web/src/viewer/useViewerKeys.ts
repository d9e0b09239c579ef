import type { KeyboardEvent } from "react";

interface Acts {
  next: () => void;
  previous: () => void;
  closer: () => void;
  farther: () => void;
  whole: () => void;
  info: () => void;
  pick: () => void;
}

const KEYS: Record<string, keyof Acts> = {
  ArrowRight: "next",
  ArrowDown: "next",
  ArrowLeft: "previous",
  ArrowUp: "previous",
  "+": "closer",
  "=": "closer",
  "-": "farther",
  "0": "whole",
  i: "info",
  p: "pick",
};

/** Whether keys belong to what has the focus: a field, a list that is open. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest("input, textarea, select, [contenteditable], [role=listbox]") !== null
  );
}

/** The viewer's keys; those that are typed into a field, and those with modifiers, are left alone. */
export function useViewerKeys(acts: Acts) {
  return (event: KeyboardEvent) => {
    if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    acts[act]();
  };
}
