import { Button, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconColumns } from "@tabler/icons-react";
import { useSearchParams } from "react-router";
import { BatchSearchDialog } from "@/acts/BatchSearchDialog";
import { useBatchName } from "@/api/batchNames";
import { EmptyState } from "@/design/EmptyState";
import { PageHeader } from "@/design/PageHeader";
import { BackLink } from "@/pages/compare/BackLink";
import { type BatchesView, batchesViewOf } from "@/pages/compare/batches/addresses";
import { BatchComparison } from "@/pages/compare/batches/BatchComparison";

/** Two batches against each other, row by row; all that is shown is said by the address. */
export function CompareBatchesPage() {
  const [address, setAddress] = useSearchParams();
  const view = batchesViewOf(address);
  const set = (changes: Partial<Record<keyof Omit<BatchesView, "shown"> | "show", string | null>>, replace = true) =>
    setAddress(
      (before) => {
        for (const [name, value] of Object.entries(changes))
          value === null ? before.delete(name) : before.set(name, value);
        return before;
      },
      { replace, preventScrollReset: true },
    );
  const { a, b } = view;
  if (a === null || b === null || a === b)
    return <ChooseBatches first={a ?? b} onChosen={(one, other) => set({ a: one, b: other }, false)} />;
  return <BatchComparison key={`${a} ${b}`} a={a} b={b} view={view} onSet={set} />;
}

interface ChooseBatchesProps {
  first: string | null;
  onChosen: (a: string, b: string | null) => void;
}

function ChooseBatches({ first, onChosen }: ChooseBatchesProps) {
  const name = useBatchName(first);
  const [isOpen, dialog] = useDisclosure();
  return (
    <>
      <PageHeader title="Compare batches" description={<BackLink to="/batches">All batches</BackLink>} />
      <EmptyState
        icon={IconColumns}
        title={first === null ? "Choose two batches" : `${name ?? "One batch"} against which other one?`}
        action={
          <Group>
            <Button onClick={dialog.open}>{first === null ? "Choose the first" : "Choose the other one"}</Button>
          </Group>
        }
      >
        The same rows made in two ways, such as by two models or with other words, are shown side by side.
      </EmptyState>
      {isOpen && (
        <BatchSearchDialog
          title={first === null ? "Compare which batch?" : "Compare with …"}
          without={first === null ? [] : [first]}
          onChoose={(batch) => {
            dialog.close();
            first === null ? onChosen(batch.id, null) : onChosen(first, batch.id);
          }}
          onClose={dialog.close}
        />
      )}
    </>
  );
}
