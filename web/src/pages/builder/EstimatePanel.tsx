import { Alert, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconBulb } from "@tabler/icons-react";
import { count, duration, figure, money } from "@/design/formats";
import classes from "./Builder.module.css";
import type { Model } from "./checks";
import type { Estimated } from "./useEstimate";

interface EstimatePanelProps {
  estimated: Estimated;
  /** How many images the sheet asks for, counted here and at once. */
  images: number;
  /** Rows that are left out of the estimate because they are wrong. */
  left: number;
  models: readonly Model[];
  onApply(text: string, change: Readonly<Record<string, unknown>>): void;
}

/** What the batch will make, cost and take, and what would make it cheaper. */
export function EstimatePanel({ estimated, images, left, models, onApply }: EstimatePanelProps) {
  const { estimate, problem, isFresh } = estimated;
  const told = estimate ?? null;
  return (
    <Stack gap="sm" aria-live="polite" aria-busy={!isFresh}>
      <Group gap="lg" wrap="nowrap" className={classes.figures} data-stale={!isFresh || undefined}>
        <Figure label={images === 1 ? "image" : "images"} value={figure(images)} />
        <Figure label="about" value={told ? money(told.estimated_micros) : null} pending={!isFresh} />
        <Figure label="takes" value={told ? duration(told.estimated_seconds) : null} pending={!isFresh} />
      </Group>
      {left > 0 && (
        <Text size="xs" c="dimmed">
          {count(left, "row")} with problems {left === 1 ? "is" : "are"} not in the cost.
        </Text>
      )}
      {problem && problem.errors.length === 0 && (
        <Alert color="red" variant="light" title={problem.title}>
          {problem.detail}
        </Alert>
      )}
      {told && told.by_model.length > 1 && (
        <Stack gap={4}>
          {told.by_model.map((share) => (
            <Group key={share.model} justify="space-between" gap="xs" wrap="nowrap">
              <Text size="xs" truncate>
                {models.find((model) => model.id === share.model)?.title ?? share.model}
              </Text>
              <Text size="xs" c="dimmed" data-figures style={{ whiteSpace: "nowrap" }}>
                {count(share.images, "image")} · {money(share.estimated_micros)}
              </Text>
            </Group>
          ))}
        </Stack>
      )}
      {told && !told.limits.fits && (
        <Alert color="yellow" variant="light" title="Not all of it may begin">
          Under the limit “{told.limits.limit}”, {count(told.limits.images, "image")} may begin now.
        </Alert>
      )}
      {told && told.suggestions.length > 0 && (
        <Stack gap="xs" component="section" aria-label="Suggestions">
          {told.suggestions.map((suggestion) => (
            <div key={suggestion.text} className={classes.suggestion}>
              <IconBulb size={16} stroke={1.6} aria-hidden />
              <Text size="xs">{suggestion.text}</Text>
              <Button
                size="compact-xs"
                variant="light"
                disabled={!isFresh}
                aria-label={`Save ${money(suggestion.saves_micros)}: ${suggestion.text}`}
                onClick={() => onApply(suggestion.text, suggestion.change)}
              >
                Save {money(suggestion.saves_micros)}
              </Button>
            </div>
          ))}
        </Stack>
      )}
    </Stack>
  );
}

function Figure({ label, value, pending = false }: { label: string; value: string | null; pending?: boolean }) {
  return (
    <Stack gap={0}>
      {value === null && pending ? (
        <Skeleton height={22} width={56} my={3} />
      ) : (
        <Text fw={600} fz={20} data-figures style={{ whiteSpace: "nowrap" }}>
          {value ?? "–"}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {label}
      </Text>
    </Stack>
  );
}
