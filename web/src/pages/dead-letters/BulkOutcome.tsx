import { Alert, Progress as Bar, Button, Group, List, Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconInfoCircle } from "@tabler/icons-react";
import { count } from "@/design/formats";
import { type Progress, type Scope, told } from "@/pages/dead-letters/bulk";

interface BulkOutcomeProps {
  scope: Scope;
  progress: Progress;
  /** In the past: "queued again". */
  verb: string;
  isOver: boolean;
  onStop: () => void;
  onClose: () => void;
}

/** How far an act came, and at its end what became of it, batch by batch where something stays. */
export function BulkOutcome({ scope, progress, verb, isOver, onStop, onClose }: BulkOutcomeProps) {
  const known = "items" in scope ? scope.items.length : null;
  if (!isOver) {
    return (
      <Stack>
        <Text size="sm" role="status" data-figures>
          {count(progress.done, "image")} {verb} so far
          {known !== null && ` of ${known}`}…
        </Text>
        <Bar
          value={known === null ? 100 : (100 * progress.selected) / Math.max(known, 1)}
          animated
          aria-label="How far it is"
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onStop}>
            Stop here
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack>
      <Alert
        color={progress.left.length === 0 ? "green" : "yellow"}
        icon={
          progress.left.length === 0 ? (
            <IconCircleCheck size={18} aria-hidden />
          ) : (
            <IconInfoCircle size={18} aria-hidden />
          )
        }
        role="status"
      >
        {told(progress, verb)}
      </Alert>
      {progress.left.length > 0 && (
        <List size="sm" spacing="xs">
          {progress.left.map((batch) => (
            <List.Item key={batch.batch}>
              <b>{batch.name}</b>: {batch.reason?.detail ?? "They changed in the meantime."}
            </List.Item>
          ))}
        </List>
      )}
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}
