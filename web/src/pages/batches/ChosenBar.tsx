import { Button } from "@mantine/core";
import { IconColumns } from "@tabler/icons-react";
import { useMemo } from "react";
import { Link } from "react-router";
import { FloatingBar } from "@/design/FloatingBar";
import { type Shortcut, useShortcuts } from "@/layout/shortcuts";
import { compareBatchesAddress } from "@/pages/compare/batches/addresses";

/** What can be done with the chosen batches; it floats above the list while there are any. */
export function ChosenBar({ chosen, onClear }: { chosen: readonly string[]; onClear: () => void }) {
  const [first, second] = chosen;
  const isAny = first !== undefined;
  const shortcuts = useMemo<Shortcut[]>(
    () => (isAny ? [{ keys: "escape", words: "Choose no batch", act: onClear }] : []),
    [isAny, onClear],
  );
  useShortcuts(shortcuts);
  return (
    <FloatingBar
      isShown={isAny}
      label="Chosen batches"
      told={second === undefined ? "Choose another one to compare it with" : "2 chosen"}
      onClear={onClear}
    >
      {isAny && second !== undefined && (
        <Button
          component={Link}
          to={compareBatchesAddress(first, second)}
          size="xs"
          leftSection={<IconColumns size={16} aria-hidden />}
        >
          Compare
        </Button>
      )}
    </FloatingBar>
  );
}
