import type { BatchActed, DeadLetterFilter, LettersActed } from "@/api/schema";

/** The most letters that one call takes. */
export const MOST_LETTERS = 1_000;

/** Which letters an act means: those that were ticked, or all that a filter finds. */
export type Scope = { items: readonly string[] } | { filter: DeadLetterFilter };

/** What the API takes of a scope in one call. */
export interface Selection {
  items?: string[];
  filter?: DeadLetterFilter;
  page_token?: string;
}

/** How far an act came: how many letters were looked at and done, and where some were left, why. */
export interface Progress {
  selected: number;
  done: number;
  left: readonly BatchActed[];
}

export const NOTHING_YET: Progress = { selected: 0, done: 0, left: [] };

interface Run {
  scope: Scope;
  send: (selection: Selection) => Promise<LettersActed>;
  onProgress: (progress: Progress) => void;
  signal: AbortSignal;
}

/** Does an act to the end, call by call, and tells how far it came; raises what a call raises, with what was done told before.
 *
 * Stops between two calls when the signal says so.
 */
export async function inBulk({ scope, send, onProgress, signal }: Run): Promise<Progress> {
  let progress = NOTHING_YET;
  let next: Selection | null = first(scope);
  while (next !== null && !signal.aborted) {
    const answered: LettersActed = await send(next);
    progress = after(progress, answered);
    onProgress(progress);
    next = following(scope, next, answered);
  }
  return progress;
}

/** What became of an act, in a sentence. */
export function told({ selected, done }: Progress, verb: string): string {
  const letters = `${done} ${done === 1 ? "image is" : "images are"} ${verb}`;
  return done === selected ? `${letters}.` : `${letters}; ${selected - done} stay as they are.`;
}

function first(scope: Scope): Selection | null {
  if ("filter" in scope) return { filter: scope.filter };
  return scope.items.length === 0 ? null : { items: scope.items.slice(0, MOST_LETTERS) };
}

function following(scope: Scope, sent: Selection, answered: LettersActed): Selection | null {
  if ("filter" in scope) {
    const token = answered.next_page_token ?? "";
    return token === "" || token === sent.page_token ? null : { filter: scope.filter, page_token: token };
  }
  const last = sent.items?.at(-1);
  const begins = last === undefined ? scope.items.length : scope.items.indexOf(last) + 1;
  return begins >= scope.items.length ? null : { items: scope.items.slice(begins, begins + MOST_LETTERS) };
}

function after(progress: Progress, { batches, done }: LettersActed): Progress {
  return {
    selected: progress.selected + batches.reduce((sum, batch) => sum + batch.selected, 0),
    done: progress.done + done,
    left: [...progress.left, ...batches.filter((batch) => batch.done < batch.selected)],
  };
}
