import { ActionIcon, Button, Text, Transition } from "@mantine/core";
import { IconColumns, IconX } from "@tabler/icons-react";
import { Link } from "react-router";
import { compareBatchesAddress } from "@/pages/compare/batches/addresses";
import styles from "@/pages/wall/SelectionBar.module.css";

/** What can be done with the chosen batches; it floats above the list while there are any. */
export function ChosenBar({ chosen, onClear }: { chosen: readonly string[]; onClear: () => void }) {
  const [first, second] = chosen;
  return (
    <Transition mounted={first !== undefined} transition="slide-up" duration={140}>
      {(style) => (
        <div className={styles.bar} style={style} role="toolbar" aria-label="Chosen batches">
          <Text size="sm" fw={600} className={styles.count} aria-live="polite">
            {second === undefined ? "Choose another one to compare it with" : "2 chosen"}
          </Text>
          {first !== undefined && second !== undefined && (
            <Button
              component={Link}
              to={compareBatchesAddress(first, second)}
              size="xs"
              leftSection={<IconColumns size={16} aria-hidden />}
            >
              Compare
            </Button>
          )}
          <ActionIcon size="md" aria-label="Choose nothing" onClick={onClear}>
            <IconX size={16} />
          </ActionIcon>
        </div>
      )}
    </Transition>
  );
}
