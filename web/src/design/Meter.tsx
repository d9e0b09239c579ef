import styles from "@/design/Meter.module.css";

interface MeterProps {
  /** What it measures, for those who do not see it. */
  label: string;
  spent: number;
  /** What is set aside and not yet spent. */
  held: number;
  limit: number;
  tone: "active" | "warn" | "bad";
  /** The figures in words. */
  words: string;
}

/** How much of a limit is spent, held and left. */
export function Meter({ label, spent, held, limit, tone, words }: MeterProps) {
  const whole = Math.max(limit, spent + held, 1);
  const part = (amount: number) => ({ width: `${(100 * Math.max(amount, 0)) / whole}%` });
  return (
    <div
      className={styles.track}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={whole}
      aria-valuenow={Math.min(spent + held, whole)}
      aria-valuetext={words}
    >
      <span className={styles.spent} data-tone={tone} style={part(spent)} />
      <span className={styles.held} style={part(held)} />
    </div>
  );
}
