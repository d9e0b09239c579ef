import { UnstyledButton } from "@mantine/core";
import { figure } from "@/design/formats";
import { SHOWN, type Shown } from "@/pages/compare/batches/addresses";
import styles from "@/pages/compare/batches/Batches.module.css";
import type { Score } from "@/pages/compare/batches/pairs";
import filters from "@/pages/wall/FilterBar.module.css";

interface PairBarProps {
  score: Score;
  total: number;
  shown: Shown;
  onShown: (shown: Shown | null) => void;
}

const WORDS: Record<Shown, string> = {
  all: "All pairs",
  undecided: "Undecided",
  a: "A wins",
  b: "B wins",
  both: "Both picked",
  apart: "Without a partner",
};

/** Which pairs are shown, and the score, which stays in sight. */
export function PairBar({ score, total, shown, onShown }: PairBarProps) {
  const counts: Record<Shown, number> = {
    all: total,
    undecided: score.none,
    a: score.a,
    b: score.b,
    both: score.both,
    apart: score.apart,
  };
  const offered = SHOWN.filter((one) => one === shown || one === "all" || one === "undecided" || counts[one] > 0);
  return (
    <div className={filters.bar}>
      <div className={filters.filters} role="group" aria-label="Show">
        {offered.map((one) => (
          <UnstyledButton
            key={one}
            className={filters.filter}
            aria-pressed={one === shown}
            onClick={() => onShown(one === "all" ? null : one)}
          >
            {WORDS[one]}
            <span data-figures>{figure(counts[one])}</span>
          </UnstyledButton>
        ))}
      </div>
      <p className={styles.hints}>
        <kbd>1</kbd> A wins <kbd>2</kbd> B wins <kbd>J</kbd> next <kbd>K</kbd> back
      </p>
    </div>
  );
}
