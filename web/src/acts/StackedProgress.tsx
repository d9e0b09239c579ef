import styles from "@/acts/StackedProgress.module.css";
import type { ProgressView } from "@/api/schema";

const PARTS = ["succeeded", "running", "failed", "cancelled"] as const;

interface StackedProgressProps {
  progress: ProgressView;
  /** A batch that is over or stands still does not shimmer. */
  isMoving: boolean;
  slim?: boolean;
}

/** How far a batch is, by state: ready, being made, failed, cancelled; what is left of the bar waits. */
export function StackedProgress({ progress, isMoving, slim = false }: StackedProgressProps) {
  return (
    <div
      className={styles.bar}
      role="progressbar"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={progress.percent}
      aria-label={progress.message || "Progress"}
      data-slim={slim || undefined}
    >
      {PARTS.map((part) => (
        <span
          key={part}
          data-part={part}
          data-moving={(part === "running" && isMoving) || undefined}
          style={{ width: `${progress.total === 0 ? 0 : (progress[part] / progress.total) * 100}%` }}
        />
      ))}
    </div>
  );
}
