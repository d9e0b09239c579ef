import type { BatchView, ItemView } from "@/api/schema";
import { duration, figure, money } from "@/design/formats";
import { hasImage, type IsPicked, type Side } from "@/pages/compare/batches/pairs";
import { tookSeconds } from "@/pages/wall/pace";

export interface FigureLine {
  name: string;
  a: string;
  b: string;
  /** The side with the better one, where one is better than the other. */
  better: Side | null;
}

interface Counted {
  batch: BatchView;
  items: readonly ItemView[];
}

interface FigureKind {
  name: string;
  /** Null where there is none (yet). */
  of: (counted: Counted, isPicked: IsPicked) => number | null;
  words: (value: number) => string;
  better: "more" | "less" | null;
}

const one = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const FIGURES: readonly FigureKind[] = [
  { name: "Succeeded", of: ({ batch }) => batch.progress.succeeded, words: figure, better: null },
  { name: "Failed", of: ({ batch }) => batch.progress.failed, words: figure, better: "less" },
  { name: "Cost", of: ({ batch }) => batch.cost.spent_micros, words: money, better: null },
  {
    name: "Cost an image",
    of: ({ batch }) => average([batch.cost.spent_micros], batch.progress.succeeded),
    words: (value) => money(Math.round(value)),
    better: "less",
  },
  {
    name: "Time an image",
    of: ({ items }) => meanOf(items.flatMap((item) => (hasImage(item) && item.duration_ms ? [item.duration_ms] : []))),
    words: (value) => (value < 10_000 ? `${one.format(value / 1000)} s` : duration(value / 1000)),
    better: "less",
  },
  { name: "Took", of: ({ batch }) => tookSeconds(batch), words: duration, better: "less" },
  {
    name: "Average rating",
    of: ({ items }) =>
      meanOf(items.flatMap(({ asset }) => (asset === null || asset.rating === null ? [] : asset.rating))),
    words: (value) => one.format(value),
    better: "more",
  },
  {
    name: "Picked",
    of: ({ items }, isPicked) => items.filter((item) => hasImage(item) && isPicked(item)).length,
    words: figure,
    better: "more",
  },
];

/** What two batches came to, line by line; a dash where there is nothing to say. */
export function figureLines(a: Counted, b: Counted, isPicked: IsPicked): FigureLine[] {
  return FIGURES.map(({ name, of, words, better }) => {
    const [first, second] = [of(a, isPicked), of(b, isPicked)];
    const tell = (value: number | null) => (value === null ? "–" : words(value));
    const line = { name, a: tell(first), b: tell(second), better: null };
    // What is told in the same words is not better.
    if (better === null || first === null || second === null || line.a === line.b) return line;
    return { ...line, better: first > second === (better === "more") ? ("a" as const) : ("b" as const) };
  });
}

function meanOf(values: readonly number[]): number | null {
  return average(values, values.length);
}

function average(values: readonly number[], count: number): number | null {
  return count === 0 ? null : values.reduce((sum, value) => sum + value, 0) / count;
}
