/** One history for all acts: what was, what is, and what was taken back. */

export const LONGEST = 200;

export interface History<T> {
  readonly past: readonly Step<T>[];
  readonly present: T;
  readonly future: readonly Step<T>[];
}

/** A former (or later) state and the name of the act between it and its neighbour. */
interface Step<T> {
  readonly state: T;
  readonly act: string;
  /** Acts of one burst, like the letters of a word, are one step. */
  readonly burst?: string | undefined;
}

export function begin<T>(present: T): History<T> {
  return { past: [], present, future: [] };
}

/** The history after an act; nothing is kept of an act that changes nothing. */
export function act<T>(history: History<T>, name: string, next: T, burst?: string): History<T> {
  if (Object.is(next, history.present)) return history;
  const last = history.past.at(-1);
  if (burst !== undefined && last?.burst === burst && history.future.length === 0) return { ...history, present: next };
  const past = [...history.past.slice(-(LONGEST - 1)), { state: history.present, act: name, burst }];
  return { past, present: next, future: [] };
}

export function undo<T>(history: History<T>): History<T> {
  const last = history.past.at(-1);
  if (!last) return history;
  const undone = { state: history.present, act: last.act };
  return { past: history.past.slice(0, -1), present: last.state, future: [undone, ...history.future] };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...rest] = history.future;
  if (!next) return history;
  return { past: [...history.past, { state: history.present, act: next.act }], present: next.state, future: rest };
}

/** The history with every state put another way: for what happens to a batch without being an act of a person. */
export function rewrite<T>(history: History<T>, change: (state: T) => T): History<T> {
  const steps = (all: readonly Step<T>[]) => all.map((step) => ({ ...step, state: change(step.state) }));
  return { past: steps(history.past), present: change(history.present), future: steps(history.future) };
}
