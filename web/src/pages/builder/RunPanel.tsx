import { SegmentedControl, Stack, Switch, TagsInput, Text, TextInput } from "@mantine/core";
import type { PlacedProblem } from "./pointers";
import type { Batch, Priority } from "./sheets";

interface RunPanelProps {
  batch: Batch;
  problems: readonly PlacedProblem[];
  onChange(name: string, change: Partial<Batch>, burst?: string): void;
}

const PRIORITIES: { value: Priority; label: string }[] = [
  { value: "economy", label: "Economy" },
  { value: "standard", label: "Standard" },
  { value: "high", label: "High" },
];
const PRIORITY_WORDS: Record<Priority, string> = {
  economy: "Waits for quiet times.",
  standard: "In the order of arrival.",
  high: "Before everything that waits.",
};

/** When and how the batch is made. */
export function RunPanel({ batch, problems, onChange }: RunPanelProps) {
  const wrong = (field: string) => {
    const problem = problems.find(({ place }) => place.at === "batch" && place.field === field);
    return problem ? { error: problem.detail } : {};
  };
  return (
    <Stack gap="sm">
      <Stack gap={4}>
        <Text size="sm" fw={500} id="priority-label">
          Priority
        </Text>
        <SegmentedControl
          aria-labelledby="priority-label"
          data={PRIORITIES}
          value={batch.priority}
          onChange={(value) => onChange("Priority", { priority: value as Priority })}
          fullWidth
        />
        <Text size="xs" c="dimmed">
          {PRIORITY_WORDS[batch.priority]}
        </Text>
      </Stack>
      <TextInput
        label="Start"
        description="At once, if empty"
        type="datetime-local"
        value={batch.startAt}
        onChange={(event) => onChange("Start time", { startAt: event.currentTarget.value }, "start")}
        {...wrong("start_at")}
      />
      <TextInput
        label="Budget in US dollars"
        description="The batch pauses when it is reached"
        placeholder="None"
        inputMode="decimal"
        value={batch.budget}
        onChange={(event) => onChange("Budget", { budget: event.currentTarget.value }, "budget")}
        {...wrong("budget_micros")}
      />
      <TagsInput
        label="Tags"
        placeholder={batch.tags.length ? "" : "To find the batch by"}
        value={[...batch.tags]}
        onChange={(tags) => onChange("Tags", { tags })}
        maxTags={20}
        {...wrong("tags")}
      />
      <Switch
        label="Reuse equal results"
        description="Images that exist already are taken, not bought again"
        checked={batch.reuse}
        onChange={(event) => onChange("Reuse", { reuse: event.currentTarget.checked })}
      />
    </Stack>
  );
}
