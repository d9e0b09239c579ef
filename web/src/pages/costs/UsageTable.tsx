import { Anchor, Button, Group, Table } from "@mantine/core";
import { IconCoinOff } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import type { UsageRow } from "@/api/schema";
import type { UsageGroup } from "@/api/usage";
import { EmptyState } from "@/design/EmptyState";
import { figure, percent } from "@/design/formats";
import { Money } from "@/design/Money";
import { GROUP_WORDS, nameOf } from "@/pages/costs/names";

const FIRST = 31;

interface UsageTableProps {
  group: UsageGroup;
  rows: readonly UsageRow[];
  totalMicros: number;
}

/** Every figure: images, calls, money and its share; days the last first, all else the dearest first. */
export function UsageTable({ group, rows, totalMicros }: UsageTableProps) {
  const [isWhole, setWhole] = useState(false);
  const used = rows.filter((row) => row.calls > 0 || row.images > 0 || row.cost_micros > 0);
  const ordered = group === "day" ? used.toReversed() : used;
  if (ordered.length === 0) {
    return (
      <EmptyState icon={IconCoinOff} title="Nothing was made in these days">
        Choose other days, or make a batch: what it costs is here as soon as its first image is done.
      </EmptyState>
    );
  }
  return (
    <>
      <Table.ScrollContainer minWidth={300} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{GROUP_WORDS[group]}</Table.Th>
              <Table.Th ta="right">Images</Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                Calls
              </Table.Th>
              <Table.Th ta="right">Spent</Table.Th>
              <Table.Th ta="right">Share</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {(isWhole ? ordered : ordered.slice(0, FIRST)).map((row) => (
              <Table.Tr key={row.key}>
                <Table.Td maw={320} style={{ overflowWrap: "anywhere" }}>
                  <RowName group={group} row={row} />
                </Table.Td>
                <Table.Td ta="right">{figure(row.images)}</Table.Td>
                <Table.Td ta="right" visibleFrom="sm">
                  {figure(row.calls)}
                </Table.Td>
                <Table.Td ta="right">
                  <Money micros={row.cost_micros} />
                </Table.Td>
                <Table.Td ta="right" c="dimmed">
                  {totalMicros > 0 ? percent(row.cost_micros / totalMicros) : "–"}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {!isWhole && ordered.length > FIRST && (
        <Group justify="center">
          <Button variant="default" onClick={() => setWhole(true)}>
            Show all {figure(ordered.length)}
          </Button>
        </Group>
      )}
    </>
  );
}

function RowName({ group, row }: { group: UsageGroup; row: UsageRow }) {
  const name = nameOf(group, row);
  if (group !== "batch" || row.key === "other") return name;
  return (
    <Anchor component={Link} to={`/batches/${row.key}`} size="sm">
      {name}
    </Anchor>
  );
}
