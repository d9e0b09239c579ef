import { useMemo } from "react";
import { type Shortcut, useShortcuts } from "@/layout/shortcuts";
import type { Pair, Side } from "@/pages/compare/batches/pairs";

interface PairKeys {
  /** The pair that keys pick in; null where something else listens to them. */
  pair: Pair | null;
  onMove: (step: 1 | -1) => void;
  onChoose: ((pair: Pair, side: Side) => void) | null;
  onClose: (() => void) | null;
}

/** The keys of pairs: on, back, and which image wins. */
export function usePairKeys({ pair, onMove, onChoose, onClose }: PairKeys) {
  const shortcuts = useMemo<Shortcut[]>(
    () => [
      { keys: "j", words: "Next pair", act: () => onMove(1) },
      { keys: "k", words: "Previous pair", act: () => onMove(-1) },
      ...(pair === null || onChoose === null
        ? []
        : [
            { keys: "1", words: "A wins this pair, or take it back (also ←)", act: () => onChoose(pair, "a") },
            { keys: "2", words: "B wins this pair, or take it back (also →)", act: () => onChoose(pair, "b") },
          ]),
      ...(onClose === null ? [] : [{ keys: "escape", words: "Back to all pairs", act: onClose }]),
    ],
    [pair, onMove, onChoose, onClose],
  );
  useShortcuts(shortcuts);
}
