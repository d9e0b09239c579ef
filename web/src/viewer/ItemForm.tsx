import { Button, Group, NumberInput, Select, SimpleGrid, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { retryBatch } from "@/api/batches";
import { updateItem } from "@/api/items";
import { useModels } from "@/api/models";
import { asProblem } from "@/api/problems";
import type { ItemView, ModelView } from "@/api/schema";
import { changesOf, EDITED, editOf, fittedTo, type ItemEdit } from "@/viewer/edits";

interface ItemFormProps {
  /** A failed image, which is tried again, or one that waits, which is changed. */
  item: ItemView;
  onDone: () => void;
  onCancel: () => void;
}

/** Edits one image in place: what failed is tried again with the changes, what waits is changed. */
export function ItemForm({ item, onDone, onCancel }: ItemFormProps) {
  const [before] = useState(() => editOf(item));
  const [edit, setEdit] = useState(before);
  const models = useModels();
  const model = models.data?.find((one) => one.id === edit.model);
  const changes = changesOf(before, edit);
  const isRetry = item.status === "failed";
  const isReady = isRetry || Object.keys(changes).length > 0;
  const act = useMutation<unknown>({
    mutationFn: () => (isRetry ? retryBatch(item.batch, { items: [item.id], changes }) : updateItem(item, changes)),
    onSuccess: onDone,
  });
  const problem = act.error === null ? null : asProblem(act.error);
  const wrongAt = (field: keyof ItemEdit) => problem?.at(isRetry ? `/changes/${field}` : `/${field}`) ?? null;
  const isPlaced = EDITED.some((field) => wrongAt(field) !== null);
  const set = (change: Partial<ItemEdit>) => setEdit({ ...edit, ...change });

  return (
    <Stack
      component="form"
      gap="sm"
      aria-label={isRetry ? "Edit and try again" : "Edit this image"}
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) act.mutate();
      }}
    >
      <Textarea
        label="Prompt"
        rows={5}
        resize="vertical"
        value={edit.prompt}
        error={wrongAt("prompt")}
        data-autofocus
        onChange={(event) => set({ prompt: event.currentTarget.value })}
      />
      <Select
        label="Model"
        data={choices(models.data, item.model)}
        value={edit.model}
        error={wrongAt("model")}
        allowDeselect={false}
        onChange={(id) =>
          setEdit(
            fittedTo(
              { ...edit, model: id ?? edit.model },
              models.data?.find((one) => one.id === id),
            ),
          )
        }
      />
      <SimpleGrid cols={2} spacing="sm">
        <Select
          label="Shape"
          data={offered(model?.capabilities.aspect_ratios, edit.aspect_ratio)}
          value={edit.aspect_ratio}
          error={wrongAt("aspect_ratio")}
          allowDeselect={false}
          onChange={(shape) => set({ aspect_ratio: shape ?? edit.aspect_ratio })}
        />
        <Select
          label="Size"
          data={offered(model?.capabilities.sizes, edit.size)}
          value={edit.size}
          error={wrongAt("size")}
          allowDeselect={false}
          onChange={(size) => set({ size: size ?? edit.size })}
        />
        {model?.capabilities.seed !== false && (
          <Figure label="Seed" value={edit.seed} error={wrongAt("seed")} whole onChange={(seed) => set({ seed })} />
        )}
        {item.references.length > 0 && (
          <Select
            label="References"
            data={[
              { value: "style_only", label: "Style only" },
              { value: "style_and_composition", label: "Style and composition" },
            ]}
            value={edit.reference_mode}
            error={wrongAt("reference_mode")}
            allowDeselect={false}
            onChange={(mode) => set({ reference_mode: (mode ?? edit.reference_mode) as ItemEdit["reference_mode"] })}
          />
        )}
        {model?.capabilities.strength && (
          <Figure
            label="Strength"
            value={edit.strength}
            error={wrongAt("strength")}
            onChange={(strength) => set({ strength })}
          />
        )}
        {model?.capabilities.steps && (
          <Figure
            label="Steps"
            value={edit.steps}
            error={wrongAt("steps")}
            whole
            onChange={(steps) => set({ steps })}
          />
        )}
        {model?.capabilities.guidance && (
          <Figure
            label="Guidance"
            value={edit.guidance}
            error={wrongAt("guidance")}
            onChange={(guidance) => set({ guidance })}
          />
        )}
      </SimpleGrid>
      {problem !== null && !isPlaced && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {problem.errors[0]?.detail ?? problem.detail}
        </Text>
      )}
      <Group gap="xs">
        <Button type="submit" loading={act.isPending} disabled={!isReady}>
          {isRetry ? "Try again" : "Save changes"}
        </Button>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </Group>
    </Stack>
  );
}

interface FigureProps {
  label: string;
  value: number | "";
  error: string | null;
  whole?: boolean;
  onChange: (value: number | "") => void;
}

/** A number that may be left to the model. */
function Figure({ label, value, error, whole = false, onChange }: FigureProps) {
  return (
    <NumberInput
      label={label}
      placeholder="Any"
      value={value}
      error={error}
      min={0}
      allowDecimal={!whole}
      hideControls
      onChange={(next) => onChange(typeof next === "number" ? next : "")}
    />
  );
}

function choices(models: readonly ModelView[] | undefined, current: string) {
  const listed = (models ?? []).filter((model) => model.status === "available");
  const known = listed.map((model) => ({ value: model.id, label: model.title }));
  return known.some((one) => one.value === current) ? known : [{ value: current, label: current }, ...known];
}

function offered(values: readonly string[] | undefined, current: string): string[] {
  return [...new Set([...(values ?? []), current])];
}
