import { Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import type { ReactNode } from "react";

interface Question {
  title: string;
  /** What will happen, and whether it can be taken back. */
  body: ReactNode;
  /** The verb on the button that does it. */
  verb: string;
  /** It cannot be taken back. */
  danger?: boolean;
}

/** Asks before an act; true when it is wanted. */
export function confirm({ title, body, verb, danger = false }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    modals.openConfirmModal({
      title,
      children: <Text size="sm">{body}</Text>,
      labels: { confirm: verb, cancel: "Cancel" },
      confirmProps: danger ? { color: "red" } : {},
      onConfirm: () => resolve(true),
      onCancel: () => resolve(false),
      onClose: () => resolve(false),
    });
  });
}
