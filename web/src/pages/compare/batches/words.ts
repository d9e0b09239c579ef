import { figure } from "@/design/formats";
import type { Score, Verdict } from "@/pages/compare/batches/pairs";

/** How a pair stands, in a word or two. */
export const VERDICT_WORDS: Record<Verdict, string> = {
  a: "A wins",
  b: "B wins",
  both: "Both picked",
  none: "Undecided",
  apart: "Nothing to choose from",
};

/** What of a score is neither side's: "4 undecided, 1 both picked". */
export function restOf({ none, both }: Score): string {
  const parts = [
    ...(none > 0 ? [`${figure(none)} undecided`] : []),
    ...(both > 0 ? [`${figure(both)} with both picked`] : []),
  ];
  return parts.length === 0 ? "All are decided" : parts.join(", ");
}
