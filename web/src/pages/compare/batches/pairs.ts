import type { ItemView } from "@/api/schema";

export const SIDES = ["a", "b"] as const;
export type Side = (typeof SIDES)[number];

/** What two batches made of the same row; null where one of them has nothing there. */
export interface Pair {
  /** `"3.1"`: the row and the variant, counted from 1; `"3.1.2"` for the second image of a row that lists have multiplied. */
  key: string;
  /** Counts from 0. */
  row: number;
  variant: number;
  a: ItemView | null;
  b: ItemView | null;
}

/** How a pair stands: which image won, both or none of them, or `apart` where there are no two images to choose from. */
export type Verdict = Side | "both" | "none" | "apart";

export type Score = Record<Verdict, number>;

export type IsPicked = (item: ItemView) => boolean;

/** The items of two batches, paired by row, by variant, and by their order where a row's lists made several of one variant. */
export function pairsOf(a: readonly ItemView[], b: readonly ItemView[]): Pair[] {
  const pairs = new Map<string, Pair>();
  for (const [side, items] of [["a", a] as const, ["b", b] as const]) {
    const met = new Map<string, number>();
    for (const item of items) {
      const place = `${item.row + 1}.${item.variant}`;
      const nth = (met.get(place) ?? 0) + 1;
      met.set(place, nth);
      const key = nth === 1 ? place : `${place}.${nth}`;
      const pair = pairs.get(key) ?? { key, row: item.row, variant: item.variant, a: null, b: null };
      pairs.set(key, { ...pair, [side]: item });
    }
  }
  return [...pairs.values()].sort(inOrder);
}

function inOrder(one: Pair, other: Pair): number {
  const byPlace = one.row - other.row || one.variant - other.variant;
  return byPlace || one.key.localeCompare(other.key, "en", { numeric: true });
}

export function hasImage(item: ItemView | null): item is ItemView & { asset: NonNullable<ItemView["asset"]> } {
  return item !== null && item.status === "succeeded" && item.asset !== null;
}

export function verdictOf({ a, b }: Pair, isPicked: IsPicked): Verdict {
  if (!hasImage(a) || !hasImage(b)) return "apart";
  const [first, second] = [isPicked(a), isPicked(b)];
  if (first && second) return "both";
  return first ? "a" : second ? "b" : "none";
}

export function scoreOf(pairs: readonly Pair[], isPicked: IsPicked): Score {
  const score: Score = { a: 0, b: 0, both: 0, none: 0, apart: 0 };
  for (const pair of pairs) score[verdictOf(pair, isPicked)] += 1;
  return score;
}

/** What is to be picked, and what not any more, for this side to win; said of the winner, it takes the win back. */
export function choiceOf(pair: Pair, side: Side, isPicked: IsPicked): { ids: string[]; picked: boolean }[] {
  const [item, other] = side === "a" ? [pair.a, pair.b] : [pair.b, pair.a];
  if (!hasImage(item)) return [];
  const wins = isPicked(item);
  const shares = hasImage(other) && isPicked(other);
  if (wins && !shares) return [{ ids: [item.asset.id], picked: false }];
  return [
    ...(wins ? [] : [{ ids: [item.asset.id], picked: true }]),
    ...(shares ? [{ ids: [other.asset.id], picked: false }] : []),
  ];
}

/** The next pair that is shown, before or behind one that may not be shown itself; null where there is none. */
export function beside(pairs: readonly Pair[], shown: readonly Pair[], key: string | null, step: 1 | -1): Pair | null {
  const at = pairs.findIndex((pair) => pair.key === key);
  if (at < 0) return shown[0] ?? null;
  const there = new Set(shown.map((pair) => pair.key));
  for (let next = at + step; next >= 0 && next < pairs.length; next += step) {
    const pair = pairs[next];
    if (pair !== undefined && there.has(pair.key)) return pair;
  }
  return null;
}

/** Rows by their places, in words: "row 3", "rows 3, 5–8". */
export function placesOf(rows: readonly number[]): string {
  const spans: [number, number][] = [];
  for (const row of [...new Set(rows)].sort((one, other) => one - other)) {
    const last = spans.at(-1);
    if (last !== undefined && last[1] === row - 1) last[1] = row;
    else spans.push([row, row]);
  }
  const places = spans.map(([from, to]) => (from === to ? `${from + 1}` : `${from + 1}–${to + 1}`)).join(", ");
  return spans.length === 1 && spans[0]?.[0] === spans[0]?.[1] ? `row ${places}` : `rows ${places}`;
}

/** Pairs that stand alone because the other batch has no such row, by the side that has it. */
export function unpaired(pairs: readonly Pair[]): Record<Side, Pair[]> {
  return {
    a: pairs.filter((pair) => pair.b === null),
    b: pairs.filter((pair) => pair.a === null),
  };
}
