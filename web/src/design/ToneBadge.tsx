import { VisuallyHidden } from "@mantine/core";
import type { TablerIcon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Tone } from "@/design/colours";
import styles from "@/design/ToneBadge.module.css";

interface ToneBadgeProps {
  tone: Tone;
  icon: TablerIcon;
  /** Only the icon is drawn; the word is there for those who do not see it. */
  compact?: boolean;
  /** Nothing is behind the words while all is well. */
  quiet?: boolean;
  /** The icon turns, as long as people want to see things move. */
  turning?: boolean;
  /** The word for it: a state is never told by its colour alone. */
  children: ReactNode;
}

/** A state by icon and word. */
export function ToneBadge({ tone, icon: Icon, compact, quiet, turning, children }: ToneBadgeProps) {
  return (
    <span
      className={styles.badge}
      data-tone={tone}
      data-compact={compact || undefined}
      data-quiet={quiet || undefined}
      data-turning={turning || undefined}
    >
      <Icon size={14} stroke={2} aria-hidden />
      {compact ? <VisuallyHidden>{children}</VisuallyHidden> : <span>{children}</span>}
    </span>
  );
}
