import type { BatchView } from "@/api/schema";
import { moment, money } from "@/design/formats";
import { isOver, lasting, rate, tookSeconds } from "@/pages/wall/pace";
import styles from "@/pages/wall/WallHeader.module.css";

/** The figures of a batch in one line: how far, how fast, how long still, how much. */
export function BatchFacts({ batch }: { batch: BatchView }) {
  return (
    <dl className={styles.facts}>
      {factsOf(batch).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function factsOf(batch: BatchView): [string, string][] {
  const { progress } = batch;
  const took = tookSeconds(batch);
  const facts: [string, string | null][] = [
    ["Ready", `${progress.succeeded.toLocaleString()} of ${progress.total.toLocaleString()}`],
    ["Speed", !isOver(batch) && progress.images_per_minute > 0 ? rate(progress.images_per_minute) : null],
    [
      "Time left",
      !isOver(batch) && progress.eta_seconds !== null && progress.eta_seconds > 0
        ? `about ${lasting(progress.eta_seconds)}`
        : null,
    ],
    ["Starts", batch.status === "scheduled" && batch.start_at !== null ? moment(batch.start_at) : null],
    ["Took", isOver(batch) && took !== null ? lasting(took) : null],
    ["Cost", costOf(batch)],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}

function costOf({ cost, status }: BatchView): string {
  const spent = money(cost.spent_micros);
  if (cost.budget_micros !== null) return `${spent} of ${money(cost.budget_micros)} budget`;
  const isDone = ["completed", "completed_with_failures", "failed", "cancelled"].includes(status);
  return isDone || cost.estimated_micros === 0 ? spent : `${spent} of about ${money(cost.estimated_micros)}`;
}
