import type { TablerIcon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Tone } from "@/design/colours";
import styles from "@/design/StatusBadge.module.css";

interface ToneBadgeProps {
  tone: Tone;
  icon: TablerIcon;
  /** The word for it: a state is never told by its colour alone. */
  children: ReactNode;
}

/** A state that is none of a batch or an item, by icon and word. */
export function ToneBadge({ tone, icon: Icon, children }: ToneBadgeProps) {
  return (
    <span className={styles.badge} data-tone={tone}>
      <Icon size={14} stroke={2} aria-hidden />
      <span>{children}</span>
    </span>
  );
}
