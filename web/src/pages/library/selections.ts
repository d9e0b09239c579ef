/** Chosen images by their ids, and what a range reaches from. */
export interface Selection {
  /** Chosen apart from the range that is being drawn. */
  readonly kept: ReadonlySet<string>;
  /** Chosen by the last range; drawing it anew replaces it. */
  readonly range: ReadonlySet<string>;
  /** Where the next range begins. */
  readonly anchor: string | null;
}

/** So many are chosen of a list at once at most: what is read page by page, and acted on in parts, is to come to an end. */
export const MOST_CHOSEN = 5_000;

export const NOTHING: Selection = { kept: new Set(), range: new Set(), anchor: null };

export type SelectionStep =
  /** This one more, or no more. */
  | { kind: "toggle"; id: string }
  /** From the anchor to this one, instead of the range before. */
  | { kind: "range"; id: string; shown: readonly string[] }
  | { kind: "all"; shown: readonly string[] }
  /** Only what is still there. */
  | { kind: "keep"; there: ReadonlySet<string> }
  | { kind: "clear" };

/** The selection after a step. */
export function chosenAfter(before: Selection, step: SelectionStep): Selection {
  switch (step.kind) {
    case "toggle": {
      const kept = new Set([...before.kept, ...before.range]);
      if (!kept.delete(step.id)) kept.add(step.id);
      return { kept, range: new Set(), anchor: step.id };
    }
    case "range": {
      const from = before.anchor === null ? -1 : step.shown.indexOf(before.anchor);
      const to = step.shown.indexOf(step.id);
      if (to < 0) return before;
      if (from < 0) return { ...before, range: new Set([step.id]), anchor: step.id, kept: chosen(before) };
      return { ...before, range: new Set(step.shown.slice(Math.min(from, to), Math.max(from, to) + 1)) };
    }
    case "all":
      return {
        kept: new Set([...before.kept, ...before.range, ...step.shown]),
        range: new Set(),
        anchor: before.anchor,
      };
    case "keep": {
      const within = (ids: ReadonlySet<string>) => new Set([...ids].filter((id) => step.there.has(id)));
      const isThere = before.anchor !== null && step.there.has(before.anchor);
      return { kept: within(before.kept), range: within(before.range), anchor: isThere ? before.anchor : null };
    }
    case "clear":
      return NOTHING;
  }
}

/** All that is chosen. */
export function chosen(selection: Selection): ReadonlySet<string> {
  if (selection.range.size === 0) return selection.kept;
  return new Set([...selection.kept, ...selection.range]);
}
