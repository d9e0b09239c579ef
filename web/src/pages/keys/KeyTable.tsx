import { Badge, Button, Code, Table, Text, VisuallyHidden } from "@mantine/core";
import type { KeyView } from "@/api/schema";
import { When } from "@/design/When";
import { ROLE_WORDS } from "@/session/roles";

interface KeyTableProps {
  keys: readonly KeyView[];
  /** How members are called, by their ids. */
  names: ReadonlyMap<string, string>;
  onRevoke: (key: KeyView) => void;
}

/** Keys without the keys themselves. */
export function KeyTable({ keys, names, onRevoke }: KeyTableProps) {
  return (
    <Table.ScrollContainer minWidth={620} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Begins with</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>Created</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>
              <VisuallyHidden>Acts</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map((key) => (
            <Table.Tr key={key.id}>
              <Table.Td fw={550} maw={220} style={{ overflowWrap: "anywhere" }}>
                {key.name}
              </Table.Td>
              <Table.Td>
                <Code>{key.hint}…</Code>
              </Table.Td>
              <Table.Td>{ROLE_WORDS[key.role].name}</Table.Td>
              <Table.Td>
                <When at={key.created_at} />
                <Text size="xs" c="dimmed">
                  by {names.get(key.created_by) ?? "a former member"}
                </Text>
              </Table.Td>
              <Table.Td>
                {key.revoked_at === null ? (
                  <Text size="sm">In use</Text>
                ) : (
                  <Badge color="gray">
                    Revoked <When at={key.revoked_at} />
                  </Badge>
                )}
              </Table.Td>
              <Table.Td ta="right">
                {key.revoked_at === null && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => onRevoke(key)}
                    aria-label={`Revoke ${key.name}`}
                  >
                    Revoke
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
