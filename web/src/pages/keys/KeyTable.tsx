import { Badge, Button, Code, Text } from "@mantine/core";
import type { KeyView } from "@/api/schema";
import { type Column, DataTable } from "@/design/DataTable";
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
  const columns: Column<KeyView>[] = [
    {
      name: "Name",
      part: "title",
      maxWidth: 320,
      cell: (key) => (
        <Text fz="inherit" fw={550} span>
          {key.name}
        </Text>
      ),
    },
    { name: "Begins with", cell: (key) => <Code>{key.hint}…</Code> },
    { name: "Role", cell: (key) => ROLE_WORDS[key.role].name },
    {
      name: "Created",
      cell: (key) => (
        <>
          <When at={key.created_at} />
          <Text size="xs" c="dimmed">
            by {names.get(key.created_by) ?? "a former member"}
          </Text>
        </>
      ),
    },
    { name: "Last used", cell: (key) => (key.last_used_at === null ? "Never" : <When at={key.last_used_at} />) },
    { name: "State", cell: (key) => <KeyState revokedAt={key.revoked_at} /> },
    {
      name: "Acts",
      part: "corner",
      isUnnamed: true,
      isNumber: true,
      cell: (key) =>
        key.revoked_at === null && (
          <Button size="compact-sm" variant="default" onClick={() => onRevoke(key)} aria-label={`Revoke ${key.name}`}>
            Revoke
          </Button>
        ),
    },
  ];
  return <DataTable label="Keys" columns={columns} rows={keys} keyOf={(key) => key.id} />;
}

function KeyState({ revokedAt }: { revokedAt: string | null }) {
  if (revokedAt === null) return "In use";
  return (
    <Badge color="gray">
      Revoked <When at={revokedAt} />
    </Badge>
  );
}
