import { Group, Text, UnstyledButton } from "@mantine/core";
import classes from "../Builder.module.css";
import { referencesIn } from "../edits";
import { readRow } from "../readings";
import { ReferenceThumbnail } from "../references/ReferenceThumbnail";
import { cellOf, type SheetRow } from "../sheets";
import type { BuilderState } from "../useBuilder";

interface RowCardProps {
  row: SheetRow;
  number: number;
  state: BuilderState;
  onOpen(): void;
}

/** A row as a card: its words, its pictures, and what it says besides. */
export function RowCard({ row, number, state, onOpen }: RowCardProps) {
  const { known, models, problems } = state;
  const { settings } = readRow(row);
  const wrong = problems.cells.get(row.id)?.[0];
  const model = models.find((one) => one.id === settings.model)?.title;
  const told = [settings.variants && `× ${settings.variants}`, settings.aspect_ratio, settings.size, model].filter(
    Boolean,
  );
  return (
    <UnstyledButton className={classes.card} data-wrong={wrong ? true : undefined} h="100%" onClick={onOpen}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Text size="xs" c="dimmed" w={24} data-figures>
          {number}
        </Text>
        <Text size="sm" lineClamp={2} style={{ flex: 1 }}>
          {cellOf(row, "prompt") || "No prompt yet"}
        </Text>
        {referencesIn(cellOf(row, "references"))
          .slice(0, 2)
          .map((name) => (
            <ReferenceThumbnail key={name} name={name} reference={known.byId.get(name)} size={40} />
          ))}
      </Group>
      <Text size="xs" c={wrong ? "var(--mantine-color-error)" : "dimmed"} lineClamp={1} pl={32}>
        {wrong?.detail ?? told.join(" · ")}
      </Text>
    </UnstyledButton>
  );
}
