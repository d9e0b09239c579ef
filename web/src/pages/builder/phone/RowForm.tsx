import { Autocomplete, Button, Drawer, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { IconCopy, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { type ColumnKey, titleOf } from "../columns";
import type { Dialog } from "../dialogs";
import { duplicateRows, referencesIn, removeRows, writeCells } from "../edits";
import { ReferenceStrip } from "../references/ReferenceStrip";
import { expansionText } from "../sheet/CellContent";
import { choicesOf } from "../sheet/choices";
import { allColumns, cellOf, visibleColumns } from "../sheets";
import type { BuilderState } from "../useBuilder";

const CLOSE = { "aria-label": "Close" };

interface RowFormProps {
  state: BuilderState;
  /** The row that is written; null when none is. */
  id: string | null;
  onClose(): void;
  onDialog(dialog: Dialog): void;
}

/** One row as a form in a drawer. */
export function RowForm({ state, id, onClose, onDialog }: RowFormProps) {
  const { editing, models, known, problems } = state;
  const { batch, edit } = editing;
  const [isWhole, setWhole] = useState(false);
  const place = batch.rows.findIndex((row) => row.id === id);
  const row = batch.rows[place];
  const wrong = (column: ColumnKey) => problems.cells.get(id ?? "")?.find((one) => one.column === column)?.detail;
  const write = (column: ColumnKey) => (text: string) =>
    edit("Edit a cell", (now) => writeCells(now, [{ row: place, column, text }]), `${id} ${column}`);
  const leave = (name: string, change: Parameters<typeof edit>[1]) => {
    edit(name, change);
    onClose();
  };
  return (
    <Drawer
      opened={row !== undefined}
      onClose={onClose}
      position="bottom"
      size="92%"
      title={`Row ${place + 1}`}
      closeButtonProps={CLOSE}
    >
      {row && (
        <Stack gap="sm" pb="md">
          {(isWhole ? allColumns(batch) : visibleColumns(batch)).map((column) => {
            const props = { label: titleOf(column), value: cellOf(row, column), error: wrong(column) };
            if (column === "prompt") {
              return (
                <Textarea
                  key={column}
                  {...props}
                  autosize
                  minRows={3}
                  maxRows={12}
                  onChange={(event) => write(column)(event.currentTarget.value)}
                />
              );
            }
            if (column === "references") {
              return (
                <ReferenceStrip
                  key={column}
                  label="References"
                  names={referencesIn(props.value)}
                  references={known.byId}
                  error={props.error}
                  onOpen={() => onDialog({ kind: "gallery", rows: new Set([row.id]) })}
                  onDrop={(data) => state.takeDropped(data, new Set([row.id]))}
                />
              );
            }
            if (column === "expand") {
              return (
                <Button
                  key={column}
                  variant="default"
                  onClick={() => onDialog({ kind: "expansion", rows: new Set([row.id]) })}
                >
                  {props.value ? `Expansion: ${expansionText(props.value)}` : "Expand into several images…"}
                </Button>
              );
            }
            const choices = choicesOf(column, models).map((choice) => choice.value);
            return choices.length > 0 ? (
              <Autocomplete
                key={column}
                {...props}
                data={choices}
                placeholder={placeholder(state, column)}
                onChange={write(column)}
              />
            ) : (
              <TextInput key={column} {...props} onChange={(event) => write(column)(event.currentTarget.value)} />
            );
          })}
          {!isWhole && (
            <Button variant="subtle" color="gray" onClick={() => setWhole(true)}>
              More settings
            </Button>
          )}
          <Group grow mt="sm">
            <Button
              variant="default"
              leftSection={<IconCopy size={16} aria-hidden />}
              onClick={() => leave("Duplicate rows", (now) => duplicateRows(now, place, place))}
            >
              Duplicate
            </Button>
            <Button
              variant="default"
              color="red"
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={() => leave("Delete rows", (now) => removeRows(now, place, place))}
            >
              Delete
            </Button>
          </Group>
          <Button onClick={onClose}>Done</Button>
        </Stack>
      )}
    </Drawer>
  );
}

function placeholder({ editing }: BuilderState, column: ColumnKey): string {
  const defaults: Readonly<Record<string, string | undefined>> = editing.batch.defaults;
  return defaults[column] ?? "";
}
