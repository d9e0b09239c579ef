import { Group, NumberInput, Select, Stack, Text } from "@mantine/core";
import { money } from "@/design/formats";
import { MAX_VARIANTS, MODES } from "./cells";
import type { Model } from "./checks";
import type { Field } from "./columns";
import { referencesIn } from "./edits";
import type { PlacedProblem } from "./pointers";
import { ReferenceStrip } from "./references/ReferenceStrip";
import type { Reference } from "./references/references";
import type { Batch } from "./sheets";
import { modeTitle } from "./words";

interface DefaultsPanelProps {
  batch: Batch;
  models: readonly Model[];
  references: ReadonlyMap<string, Reference>;
  problems: readonly PlacedProblem[];
  onChange(field: Field, text: string): void;
  onReferences(): void;
  onDrop(data: DataTransfer): void;
}

/** What all rows take that say nothing else. */
export function DefaultsPanel({
  batch,
  models,
  references,
  problems,
  onChange,
  onReferences,
  onDrop,
}: DefaultsPanelProps) {
  const { defaults } = batch;
  const usable = models.filter((model) => model.status === "available");
  const model = models.find((one) => (defaults.model ? one.id === defaults.model : one.is_default));
  const can = model?.capabilities;
  const wrong = (field: Field) => {
    const problem = problems.find(({ place }) => place.at === "default" && place.field === field);
    return problem ? { error: problem.detail } : {};
  };
  return (
    <Stack gap="sm">
      <Select
        label="Model"
        placeholder={model?.title ?? "The default model"}
        value={defaults.model || null}
        onChange={(value) => onChange("model", value ?? "")}
        data={usable.map((one) => ({ value: one.id, label: one.title }))}
        renderOption={({ option }) => <ModelOption model={usable.find((one) => one.id === option.value)} />}
        clearable
        searchable
        {...wrong("model")}
      />
      {model && <Abilities model={model} />}
      <Group grow gap="sm" align="flex-start">
        <Select
          label="Aspect ratio"
          placeholder="1:1"
          value={defaults.aspect_ratio || null}
          onChange={(value) => onChange("aspect_ratio", value ?? "")}
          data={options(can?.aspect_ratios, defaults.aspect_ratio)}
          clearable
          searchable
          {...wrong("aspect_ratio")}
        />
        <Select
          label="Size"
          placeholder="1K"
          value={defaults.size || null}
          onChange={(value) => onChange("size", value ?? "")}
          data={options(can?.sizes, defaults.size)}
          clearable
          {...wrong("size")}
        />
      </Group>
      <Group grow gap="sm" align="flex-start">
        <NumberInput
          label="Variants"
          placeholder="1"
          min={1}
          max={MAX_VARIANTS}
          allowDecimal={false}
          value={defaults.variants ?? ""}
          onChange={(value) => onChange("variants", String(value))}
          {...wrong("variants")}
        />
        <Select
          label="Reference mode"
          placeholder={modeTitle(MODES[0])}
          value={defaults.reference_mode || null}
          onChange={(value) => onChange("reference_mode", value ?? "")}
          data={MODES.map((value) => ({ value, label: modeTitle(value) }))}
          clearable
          {...wrong("reference_mode")}
        />
      </Group>
      <ReferenceStrip
        label="References for all rows"
        names={referencesIn(defaults.references ?? "")}
        references={references}
        error={wrong("references").error}
        onOpen={onReferences}
        onDrop={onDrop}
      />
    </Stack>
  );
}

function options(known: readonly string[] | undefined, chosen: string | undefined): string[] {
  return [...new Set([...(known ?? []), ...(chosen ? [chosen] : [])])];
}

function ModelOption({ model }: { model: Model | undefined }) {
  if (!model) return null;
  return (
    <Stack gap={0} style={{ flex: 1 }}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm">{model.title}</Text>
        <Text size="xs" c="dimmed" data-figures>
          {priceOf(model)}
        </Text>
      </Group>
      {model.warning && (
        <Text size="xs" c="var(--ff-tone-warn-text)">
          {model.warning}
        </Text>
      )}
    </Stack>
  );
}

function Abilities({ model }: { model: Model }) {
  const can = model.capabilities;
  const told = [
    priceOf(model),
    `up to ${can.max_references} references`,
    can.seed ? "takes seeds" : "takes no seeds",
    can.sizes.join(", "),
  ];
  return (
    <Text size="xs" c="dimmed" mt={-6}>
      {told.filter(Boolean).join(" · ")}
      {model.warning && ` · ${model.warning}`}
    </Text>
  );
}

/** What one image costs, from the smallest to the largest size. */
export function priceOf(model: Model): string {
  const prices = Object.values(model.price.estimated_micros);
  if (prices.length === 0) return "";
  const [least, most] = [Math.min(...prices), Math.max(...prices)];
  return least === most ? `${money(least)} an image` : `${money(least)} – ${money(most)} an image`;
}
