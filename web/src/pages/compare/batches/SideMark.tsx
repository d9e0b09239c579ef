import styles from "@/pages/compare/batches/Batches.module.css";
import type { Side } from "@/pages/compare/batches/pairs";

/** The letter of one of two batches, in its colour. */
export function SideMark({ side }: { side: Side }) {
  return (
    <span className={styles.mark} data-side={side}>
      {side.toUpperCase()}
    </span>
  );
}
