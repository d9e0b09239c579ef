import { Checkbox, VisuallyHidden } from "@mantine/core";
import { Link } from "react-router";
import { BatchMenu } from "@/acts/BatchMenu";
import { StackedProgress } from "@/acts/StackedProgress";
import { useNames } from "@/api/names";
import type { BatchView } from "@/api/schema";
import { figure, money } from "@/design/formats";
import { StatusBadge } from "@/design/StatusBadge";
import { When } from "@/design/When";
import styles from "@/pages/batches/Batches.module.css";
import { MOST_CHOSEN, summary } from "@/pages/batches/listings";
import { isOver, lasting, whyItWaits } from "@/pages/wall/pace";
import { useSession } from "@/session/useSession";

interface BatchTableProps {
  batches: readonly BatchView[];
  /** The chosen ones, by id. */
  chosen: readonly string[];
  onChoose: (batch: string) => void;
}

/** Batches as lines; on a phone each is a card. */
export function BatchTable({ batches, chosen, onChoose }: BatchTableProps) {
  const { user } = useSession();
  const names = useNames(batches.map((batch) => batch.created_by).filter((id) => id !== user.id));
  const who = (id: string) => (id === user.id ? "You" : (names.get(id) ?? ""));
  return (
    <table className={styles.table} data-choosing={chosen.length > 0 || undefined}>
      <thead>
        <tr>
          <th scope="col" data-cell="box">
            <VisuallyHidden>To compare</VisuallyHidden>
          </th>
          <th scope="col">Name</th>
          <th scope="col">State</th>
          <th scope="col">Progress</th>
          <th scope="col" data-number>
            Cost
          </th>
          <th scope="col">Submitted</th>
          <th scope="col">
            <VisuallyHidden>Acts</VisuallyHidden>
          </th>
        </tr>
      </thead>
      <tbody>
        {batches.map((batch) => (
          <Row
            key={batch.id}
            batch={batch}
            who={who(batch.created_by)}
            isChosen={chosen.includes(batch.id)}
            isFull={chosen.length >= MOST_CHOSEN}
            onChoose={() => onChoose(batch.id)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  batch: BatchView;
  who: string;
  isChosen: boolean;
  /** As many as can be compared are chosen. */
  isFull: boolean;
  onChoose: () => void;
}

function Row({ batch, who, isChosen, isFull, onChoose }: RowProps) {
  const isMoving = !isOver(batch) && batch.status !== "paused" && batch.status !== "scheduled";
  const reason = isOver(batch) ? "" : whyItWaits(batch);
  const left = batch.progress.eta_seconds;
  return (
    <tr data-chosen={isChosen || undefined}>
      <td data-cell="box">
        <Checkbox
          size="xs"
          aria-label={`Compare ${batch.name}`}
          checked={isChosen}
          disabled={isFull && !isChosen}
          onChange={onChoose}
        />
      </td>
      <th scope="row">
        <Link to={`/batches/${batch.id}`} className={styles.name}>
          {batch.name}
        </Link>
        <span className={styles.small}>
          {batch.tags.map((tag) => (
            <Link key={tag} to={`/batches?tag=${encodeURIComponent(tag)}`} className={styles.tag}>
              #{tag}
            </Link>
          ))}
          {reason}
        </span>
      </th>
      <td data-cell="state">
        <StatusBadge status={batch.status} />
      </td>
      <td data-cell="progress">
        <StackedProgress progress={batch.progress} isMoving={isMoving} slim />
        <span className={styles.small}>
          {summary(batch)}
          {batch.progress.failed > 0 && (
            <Link to={`/batches/${batch.id}?show=failed`} className={styles.failed}>
              {figure(batch.progress.failed)} failed
            </Link>
          )}
          {isMoving && left !== null && left > 0 && ` · about ${lasting(left)} left`}
        </span>
      </td>
      <td data-cell="cost" data-number>
        {money(batch.cost.spent_micros)}
        {!isOver(batch) && batch.cost.estimated_micros > 0 && (
          <span className={styles.small}>
            of about {money(batch.cost.budget_micros ?? batch.cost.estimated_micros)}
          </span>
        )}
      </td>
      <td data-cell="when">
        <When at={batch.created_at} />
        <span className={styles.small}>{who}</span>
      </td>
      <td data-cell="acts">
        <BatchMenu batch={batch} />
      </td>
    </tr>
  );
}
