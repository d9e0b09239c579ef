/** Chosen tiles by their items' ids, in the order in which they were chosen. */
export type Selection = readonly string[];

export const NOTHING: Selection = [];
export const MOST_COMPARED = 4;

/** With this one added, or taken away where it was chosen. */
export function toggledIn(selection: Selection, id: string): Selection {
  return selection.includes(id) ? selection.filter((one) => one !== id) : [...selection, id];
}

/** With all from the anchor to this one, in their order on the wall; just this one where the anchor is not shown. */
export function extendedTo(
  selection: Selection,
  anchor: string | null,
  id: string,
  shown: readonly string[],
): Selection {
  const from = anchor === null ? -1 : shown.indexOf(anchor);
  const to = shown.indexOf(id);
  if (from < 0 || to < 0) return selection.includes(id) ? selection : [...selection, id];
  const between = shown.slice(Math.min(from, to), Math.max(from, to) + 1);
  return [...new Set([...selection, ...between])];
}

/** Whether so many can be set side by side. */
export function canCompare(count: number): boolean {
  return count >= 2 && count <= MOST_COMPARED;
}
