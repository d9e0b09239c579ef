import { Alert, Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { type Column, DataTable } from "@/design/DataTable";
import { count } from "@/design/formats";
import { FIELDS, freeKey, freeName, TITLES } from "./columns";
import { type Mapped, mappingProblem, type Target } from "./imports";

interface ImportDialogProps {
  name: string;
  /** The file's lines, the first one naming the columns. */
  grid: readonly (readonly string[])[];
  guess: readonly Mapped[];
  onImport(mapping: readonly Mapped[], how: "add" | "replace"): void;
  onClose(): void;
}

/** Which column of a file gives what, guessed and to be put right, before its rows are taken. */
export function ImportDialog({ name, grid, guess, onImport, onClose }: ImportDialogProps) {
  const [mapping, setMapping] = useState(guess);
  const problem = mappingProblem(mapping);
  const rows = grid.length - 1;
  const map = (mapped: Mapped, target: Target) =>
    setMapping(mapping.map((column) => (column === mapped ? { ...column, target } : column)));
  const columns: Column<Mapped>[] = [
    {
      name: "Column",
      part: "title",
      cell: (column) => (
        <Text fz="inherit" fw={550} span>
          {column.name}
        </Text>
      ),
    },
    {
      name: "For example",
      maxWidth: 260,
      cell: (column) => (
        <Text size="xs" c="dimmed" lineClamp={2}>
          {column.examples.join(" · ")}
        </Text>
      ),
    },
    {
      name: "Becomes",
      cell: (column) => (
        <Select
          aria-label={`What ${column.name} becomes`}
          data={targetsOf(column)}
          value={column.target || "none"}
          onChange={(value) => map(column, value === "none" || value === null ? "" : (value as Target))}
          allowDeselect={false}
        />
      ),
    },
  ];
  return (
    <Modal opened onClose={onClose} title={`Import ${name}`} size="xl" closeButtonProps={{ "aria-label": "Close" }}>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {count(rows, "row")}. Say what each column gives; the guesses come from its name and values.
        </Text>
        <DataTable
          label="Columns of the file"
          columns={columns}
          rows={mapping}
          keyOf={({ column }) => String(column)}
        />
        {problem && (
          <Alert color="red" variant="light">
            {problem}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" disabled={problem !== ""} onClick={() => onImport(mapping, "replace")}>
            Replace all rows
          </Button>
          <Button disabled={problem !== ""} onClick={() => onImport(mapping, "add")}>
            Add {count(rows, "row")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function targetsOf(column: Mapped): { group: string; items: { value: string; label: string }[] }[] {
  const name = freeName(column.name);
  const variable = column.target.startsWith("variable:") ? column.target : freeKey({ kind: "variable", name });
  const metadata = freeKey({ kind: "metadata", name });
  return [
    {
      group: "Of this column",
      items: [
        { value: "none", label: "Leave out" },
        { value: variable, label: `Fills {{${variable.slice("variable:".length)}}}` },
        { value: metadata, label: "Kept with the images" },
      ],
    },
    { group: "Fields", items: FIELDS.map((field) => ({ value: field, label: TITLES[field] })) },
    {
      group: "JSON objects",
      items: [
        { value: "variables", label: "Variables" },
        { value: "metadata", label: "Metadata" },
      ],
    },
  ];
}
