import {
  Button,
  Group,
  Modal,
  MultiSelect,
  SegmentedControl,
  Stack,
  Switch,
  TagsInput,
  Text,
  Textarea,
} from "@mantine/core";
import { useState } from "react";
import { count } from "@/design/formats";
import { combinations, type Expansion, Refused, readCell } from "./cells";
import type { Model } from "./checks";
import { readClipboard } from "./separated";

interface ExpansionDialogProps {
  /** The row's expansion as its cell says it. */
  text: string;
  /** How many images each combination makes, of each row that takes it. */
  variants: readonly number[];
  references: readonly string[];
  models: readonly Model[];
  onSave(text: string): void;
  onClose(): void;
}

/** The lists that multiply rows, or go side by side, with the count of what comes out. */
export function ExpansionDialog({ text, variants, references, models, onSave, onClose }: ExpansionDialogProps) {
  const [expand, setExpand] = useState<Expansion>(() => read(text));
  const [values, setValues] = useState(() => valuesText(expand.variables ?? []));
  const usable = models.filter((model) => model.status === "available");
  const ratios = [...new Set(usable.flatMap((model) => model.capabilities.aspect_ratios))];
  const made: Expansion = compact({ ...expand, variables: valuesOf(values) });
  const outcome = outcomeOf(made);
  const isAlone = (expand.references?.length ?? 0) > 0;
  const set = (change: Partial<Expansion>) => setExpand((old) => ({ ...old, ...change }));
  return (
    <Modal
      opened
      onClose={onClose}
      title={variants.length > 1 ? `Expand ${count(variants.length, "row")}` : "Expand the row"}
      size="lg"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Stack gap="md">
        <SegmentedControl
          aria-label="How lists go together"
          value={expand.mode}
          onChange={(mode) => set({ mode: mode as Expansion["mode"] })}
          data={[
            { value: "product", label: "Every combination" },
            { value: "zip", label: "Side by side" },
          ]}
        />
        <MultiSelect
          label="Aspect ratios"
          data={[...new Set([...ratios, ...(expand.aspect_ratio ?? [])])]}
          value={expand.aspect_ratio ?? []}
          onChange={(aspect_ratio) => set({ aspect_ratio })}
          searchable
          clearable
        />
        <MultiSelect
          label="Models"
          data={usable.map((model) => ({ value: model.id, label: model.title }))}
          value={expand.model ?? []}
          onChange={(model) => set({ model })}
          searchable
          clearable
        />
        <TagsInput
          label="Seeds"
          description="Whole numbers; press Enter after each"
          value={(expand.seed ?? []).map(String)}
          onChange={(seeds) => set({ seed: seeds.map(Number).filter(Number.isInteger) })}
        />
        <Textarea
          label="Values of {{…}}"
          description="A table: names in the first line, a line a set of values, cells parted by tabs, as copied from a sheet"
          placeholder={"colour\tplace\nred\tbeach\nblue\tforest"}
          autosize
          minRows={3}
          maxRows={8}
          value={values}
          onChange={(event) => setValues(event.currentTarget.value)}
        />
        {(references.length > 1 || isAlone) && (
          <Switch
            label={`Each of the ${isAlone ? (expand.references?.length ?? 0) : references.length} references alone`}
            checked={isAlone}
            onChange={(event) => set({ references: event.currentTarget.checked ? references.map((one) => [one]) : [] })}
          />
        )}
        <Group justify="space-between" mt="xs">
          <Text size="sm" role="status" {...(outcome.wrong && { c: "var(--mantine-color-error)" })}>
            {outcome.wrong || madeWords(outcome.count, variants)}
          </Text>
          <Group gap="xs">
            <Button variant="default" onClick={() => onSave("")}>
              Remove
            </Button>
            <Button
              disabled={outcome.wrong !== ""}
              onClick={() => onSave(Object.keys(made).length > 1 ? JSON.stringify(made) : "")}
            >
              Expand
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}

/** How many images come of it, and how: rows may have as many variants as one another, or not. */
export function madeWords(combinations: number, variants: readonly number[]): string {
  const all = variants.reduce((sum, one) => sum + one, 0);
  const isEqual = new Set(variants).size === 1;
  const each = isEqual ? `${count(variants[0] ?? 1, "variant")}` : `${count(all, "variant")} of all rows`;
  const rows = isEqual && variants.length > 1 ? ` × ${count(variants.length, "row")}` : "";
  return `${count(combinations, "combination")} × ${each}${rows} = ${count(combinations * all, "image")}`;
}

function read(text: string): Expansion {
  try {
    return text.trim() ? (readCell("expand", text) as Expansion) : { mode: "product" };
  } catch (error) {
    if (error instanceof Refused) return { mode: "product" };
    throw error;
  }
}

function compact(expand: Expansion): Expansion {
  return Object.fromEntries(Object.entries(expand).filter(([, entries]) => entries.length > 0)) as unknown as Expansion;
}

function outcomeOf(expand: Expansion): { count: number; wrong: string } {
  try {
    readCell("expand", JSON.stringify(expand));
    return { count: combinations(expand), wrong: "" };
  } catch (error) {
    if (error instanceof Refused) return { count: 0, wrong: error.message };
    throw error;
  }
}

function valuesOf(text: string): Record<string, string>[] {
  if (!text.trim()) return [];
  const [names = [], ...lines] = readClipboard(text);
  const filled = lines.filter((line) => line.some((cell) => cell.trim()));
  return filled.map((line) =>
    Object.fromEntries(
      names.flatMap((name, place) => (name.trim() ? [[name.trim(), (line[place] ?? "").trim()]] : [])),
    ),
  );
}

function valuesText(sets: readonly Readonly<Record<string, unknown>>[]): string {
  const names = [...new Set(sets.flatMap((set) => Object.keys(set)))];
  if (names.length === 0) return "";
  return [names, ...sets.map((set) => names.map((name) => String(set[name] ?? "")))]
    .map((line) => line.join("\t"))
    .join("\n");
}
