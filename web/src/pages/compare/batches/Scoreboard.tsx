import { ActionIcon, Tooltip, VisuallyHidden } from "@mantine/core";
import { IconReplace } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { BatchSearchDialog } from "@/acts/BatchSearchDialog";
import type { BatchView } from "@/api/schema";
import { count } from "@/design/formats";
import { StatusBadge } from "@/design/StatusBadge";
import { When } from "@/design/When";
import type { Both } from "@/pages/compare/batches/BatchComparison";
import styles from "@/pages/compare/batches/Batches.module.css";
import { type Score, SIDES, type Side } from "@/pages/compare/batches/pairs";
import { SideMark } from "@/pages/compare/batches/SideMark";
import { restOf } from "@/pages/compare/batches/words";

interface ScoreboardProps {
  both: Both;
  score: Score;
  onChange: (side: Side, batch: string) => void;
}

/** Which batches stand against each other, and how many pairs each has won. */
export function Scoreboard({ both, score, onChange }: ScoreboardProps) {
  const [changed, setChanged] = useState<Side | null>(null);
  const decided = score.a + score.b + score.both + score.none;
  const share = (wins: number) => `${(100 * wins) / Math.max(1, decided)}%`;
  return (
    <section className={styles.board} aria-label="Score">
      <Contestant side="a" batch={both.a.batch} onChange={() => setChanged("a")} />
      <div className={styles.score}>
        <p className={styles.wins} data-figures>
          <VisuallyHidden>A has won </VisuallyHidden>
          {score.a}
          <i> : </i>
          <VisuallyHidden>B has won </VisuallyHidden>
          {score.b}
        </p>
        <p className={styles.rest} data-figures>
          {restOf(score)}
        </p>
      </div>
      <Contestant side="b" batch={both.b.batch} onChange={() => setChanged("b")} />
      <div className={styles.shares} aria-hidden>
        {SIDES.map((side) => (
          <span key={side} data-side={side} style={{ width: share(score[side]) }} />
        ))}
      </div>
      {changed !== null && (
        <BatchSearchDialog
          title={`Another batch as ${changed.toUpperCase()}`}
          without={[both.a.batch.id, both.b.batch.id]}
          onChoose={({ id }) => onChange(changed, id)}
          onClose={() => setChanged(null)}
        />
      )}
    </section>
  );
}

function Contestant({ side, batch, onChange }: { side: Side; batch: BatchView; onChange: () => void }) {
  return (
    <div className={styles.contestant} data-side={side}>
      <SideMark side={side} />
      <div className={styles.who}>
        <Link to={`/batches/${batch.id}`}>{batch.name}</Link>
        <p>
          <StatusBadge status={batch.status} /> <span>{count(batch.progress.total, "image")}</span>
          <When at={batch.created_at} />
        </p>
      </div>
      <Tooltip label="Choose another batch">
        <ActionIcon aria-label={`Choose another batch as ${side.toUpperCase()}`} onClick={onChange}>
          <IconReplace size={16} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
