import { Anchor, Checkbox, Table, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { Link } from "react-router";
import type { DeadLetterView } from "@/api/schema";
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
  return (
    <Table.ScrollContainer minWidth={720} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={36}>
              <VisuallyHidden>Ticked</VisuallyHidden>
            </Table.Th>
            <Table.Th>Image</Table.Th>
            <Table.Th>Reason</Table.Th>
            <Table.Th>Model</Table.Th>
            <Table.Th>Tries</Table.Th>
            <Table.Th>Failed</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {letters.map((letter) => (
            <Table.Tr key={letter.id} {...(ticked.has(letter.id) && { bg: "var(--ff-selected)" })}>
              <Table.Td>
                <Checkbox
                  aria-label={`Tick: ${letter.prompt.slice(0, 60)}`}
                  checked={ticked.has(letter.id)}
                  onChange={(event) => tick(letter.id, event.currentTarget.checked)}
                />
              </Table.Td>
              <Table.Td maw={360}>
                <UnstyledButton onClick={() => onOpen(letter.id)} w="100%">
                  <Text size="sm" fw={550} lineClamp={2}>
                    {letter.prompt}
                  </Text>
                </UnstyledButton>
                <Text size="xs" hiddenFrom="sm" aria-hidden>
                  {letter.error === null ? "–" : reasonOf(letter.error.kind)}
                </Text>
                <Anchor component={Link} to={`/batches/${letter.batch}`} size="xs" c="dimmed">
                  {letter.batch_name}, row {letter.row + 1}
                </Anchor>
              </Table.Td>
              <Table.Td maw={240}>
                <Text size="sm">{letter.error === null ? "–" : reasonOf(letter.error.kind)}</Text>
                {letter.hindrance !== null && (
                  <Text size="xs" c="dimmed" lineClamp={2}>
                    {letter.hindrance.detail}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{letter.model}</Table.Td>
              <Table.Td>{letter.attempts.reduce((sum, attempt) => sum + attempt.count, 0)}</Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                <When at={letter.discarded_at ?? letter.finished_at ?? letter.created_at} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
