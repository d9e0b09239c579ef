import { ActionIcon, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "@/viewer/Viewer.module.css";

interface ActProps {
  /** What it does, with its key. */
  label: string;
  onClick: () => void;
  disabled?: boolean;
  pressed?: boolean;
  children: ReactNode;
}

/** An act above an image, drawn as an icon. */
export function Act({ label, onClick, disabled = false, pressed, children }: ActProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label}
        onClick={onClick}
        disabled={disabled}
        className={styles.act}
        {...(pressed !== undefined && { "aria-pressed": pressed })}
        variant={pressed ? "light" : "subtle"}
        color={pressed ? "iris" : "gray"}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
