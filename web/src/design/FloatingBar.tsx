import { ActionIcon, Text, Transition } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import styles from "@/design/FloatingBar.module.css";

interface FloatingBarProps {
  isShown: boolean;
  /** What the acts are for. */
  label: string;
  /** How much is chosen, in words. */
  told: string;
  /** Choose nothing any more. */
  onClear: () => void;
  children: ReactNode;
}

/** Acts on what is chosen; it floats above the page while there is something to do. */
export function FloatingBar({ isShown, label, told, onClear, children }: FloatingBarProps) {
  return (
    <Transition mounted={isShown} transition="slide-up" duration={140}>
      {(style) => (
        <div className={styles.bar} style={style} role="toolbar" aria-label={label}>
          <Text size="sm" fw={600} className={styles.count} data-figures aria-live="polite">
            {told}
          </Text>
          <div className={styles.acts}>{children}</div>
          <ActionIcon size="md" className={styles.close} aria-label="Choose nothing (Esc)" onClick={onClear}>
            <IconX size={16} aria-hidden />
          </ActionIcon>
        </div>
      )}
    </Transition>
  );
}
