import { Anchor, Checkbox, Text, UnstyledButton } from "@mantine/core";
import { Link } from "react-router";
import type { DeadLetterView } from "@/api/schema";
import { type Column, DataTable } from "@/design/DataTable";
import { figure } from "@/design/formats";
import { When } from "@/design/When";
import { reasonOf } from "@/viewer/reasons";

interface LetterTableProps {
  letters: readonly DeadLetterView[];
  ticked: ReadonlySet<string>;
  onTick: (ticked: ReadonlySet<string>) => void;
  onOpen: (id: string) => void;
}

/** Images that failed for good, each with its reason; the prompt opens it. */
export function LetterTable({ letters, ticked, onTick, onOpen }: LetterTableProps) {
  const tick = (id: string, isTicked: boolean) => {
    const next = new Set(ticked);
    if (isTicked) next.add(id);
    else next.delete(id);
    onTick(next);
  };
  const columns: Column<DeadLetterView>[] = [
    {
      name: "Ticked",
      part: "lead",
      isUnnamed: true,
      cell: ({ id, prompt }) => (
        <Checkbox
          aria-label={`Tick: ${prompt.slice(0, 60)}`}
          checked={ticked.has(id)}
          onChange={(event) => tick(id, event.currentTarget.checked)}
        />
      ),
    },
    { name: "Image", part: "title", maxWidth: 360, cell: (letter) => <Origin letter={letter} onOpen={onOpen} /> },
    { name: "Reason", maxWidth: 240, cell: (letter) => <Reason letter={letter} /> },
    { name: "Model", cell: (letter) => letter.model },
    { name: "Tries", cell: (letter) => figure(letter.attempts.reduce((sum, attempt) => sum + attempt.count, 0)) },
    {
      name: "Failed",
      cell: (letter) => <When at={letter.discarded_at ?? letter.finished_at ?? letter.created_at} />,
    },
  ];
  return (
    <DataTable
      label="Failed images"
      columns={columns}
      rows={letters}
      keyOf={(letter) => letter.id}
      isChosen={(letter) => ticked.has(letter.id)}
    />
  );
}

function Origin({ letter, onOpen }: { letter: DeadLetterView; onOpen: (id: string) => void }) {
  return (
    <>
      <UnstyledButton onClick={() => onOpen(letter.id)} w="100%" py={4}>
        <Text size="sm" fw={550} lineClamp={2} dir="auto">
          {letter.prompt}
        </Text>
      </UnstyledButton>
      <Anchor component={Link} to={`/batches/${letter.batch}`} size="xs" c="dimmed" lineClamp={2} py={4}>
        {letter.batch_name}, row {letter.row + 1}
      </Anchor>
    </>
  );
}

function Reason({ letter }: { letter: DeadLetterView }) {
  return (
    <>
      {letter.error === null ? "–" : reasonOf(letter.error.kind)}
      {letter.hindrance !== null && (
        <Text size="xs" c="dimmed" lineClamp={2}>
          {letter.hindrance.detail}
        </Text>
      )}
    </>
  );
}
