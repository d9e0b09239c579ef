import type { Pair, Side, Verdict } from "@/pages/compare/batches/pairs";
import { COMPARE_MODES, type CompareMode } from "@/pages/compare/comparisons";

/** Which pairs are shown: all, or those that stand in one way. */
export type Shown = "all" | "undecided" | Side | "both" | "apart";

export const SHOWN: readonly Shown[] = ["all", "undecided", "a", "b", "both", "apart"];

const VERDICTS: Record<Exclude<Shown, "all">, Verdict> = {
  undecided: "none",
  a: "a",
  b: "b",
  both: "both",
  apart: "apart",
};

/** What an address asks of the comparison of two batches. */
export interface BatchesView {
  a: string | null;
  b: string | null;
  shown: Shown;
  /** The key of the pair that is looked at closely. */
  pair: string | null;
  mode: CompareMode;
}

export function batchesViewOf(address: URLSearchParams): BatchesView {
  const said = (name: string) => address.get(name)?.trim() || null;
  return {
    a: said("a"),
    b: said("b"),
    shown: SHOWN.find((one) => one === address.get("show")) ?? "all",
    pair: said("pair"),
    mode: COMPARE_MODES.find((one) => one === address.get("mode")) ?? "side",
  };
}

/** The address at which two batches are compared; with one, the other is chosen there. */
export function compareBatchesAddress(a: string, b?: string): string {
  return `/compare/batches?a=${a}${b === undefined ? "" : `&b=${b}`}`;
}

/** Whether a pair that stands so is shown. */
export function isShown(shown: Shown, verdict: Verdict): boolean {
  return shown === "all" || VERDICTS[shown] === verdict;
}

/** The pairs of a view. */
export function shownOf(pairs: readonly Pair[], shown: Shown, verdict: (pair: Pair) => Verdict): readonly Pair[] {
  return shown === "all" ? pairs : pairs.filter((pair) => isShown(shown, verdict(pair)));
}
