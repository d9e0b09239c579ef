import type { TablerIcon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Tone } from "@/design/colours";
import styles from "@/design/Notice.module.css";

interface NoticeProps {
  tone?: Tone;
  icon: TablerIcon;
  children: ReactNode;
  /** What to do about it, most often one button. */
  action?: ReactNode;
}

/** A sentence about the state of what is below it. */
export function Notice({ tone = "neutral", icon: Icon, children, action }: NoticeProps) {
  return (
    <div className={styles.notice} data-tone={tone} role="status">
      <Icon size={18} stroke={1.8} aria-hidden />
      <span>{children}</span>
      {action}
    </div>
  );
}
