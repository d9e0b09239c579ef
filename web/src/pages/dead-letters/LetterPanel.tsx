import { Alert, Anchor, Button, Code, Drawer, Group, Stack, Text } from "@mantine/core";
import { IconBulb, IconRefresh, IconTrash } from "@tabler/icons-react";
import { Link } from "react-router";
import { useDeadLetter } from "@/api/deadLetters";
import type { DeadLetterView } from "@/api/schema";
import { ErrorState } from "@/design/ErrorState";
import { LinesSkeleton } from "@/design/Skeletons";
import { When } from "@/design/When";
import type { Wanted } from "@/pages/dead-letters/ActForm";
import type { Scope } from "@/pages/dead-letters/bulk";
import { Attempts } from "@/viewer/Attempts";
import { reasonOf } from "@/viewer/reasons";

interface LetterPanelProps {
  id: string | null;
  onClose: () => void;
  onAct: (verb: Wanted["verb"], scope: Scope) => void;
}

/** One image that failed for good, with every try. */
export function LetterPanel({ id, onClose, onAct }: LetterPanelProps) {
  const letter = useDeadLetter(id);
  return (
    <Drawer opened={id !== null} onClose={onClose} position="right" size="lg" title="Failed image">
      {letter.isPending && <LinesSkeleton lines={8} />}
      {letter.isError && <ErrorState compact error={letter.error} onRetry={() => void letter.refetch()} />}
      {letter.data !== undefined && <Letter letter={letter.data} onAct={onAct} />}
    </Drawer>
  );
}

function Letter({ letter, onAct }: { letter: DeadLetterView } & Pick<LetterPanelProps, "onAct">) {
  const scope: Scope = { items: [letter.id] };
  return (
    <Stack gap="md">
      <Text dir="auto" style={{ overflowWrap: "anywhere" }}>
        {letter.prompt}
      </Text>
      <Text size="sm" c="dimmed">
        <Anchor component={Link} to={`/batches/${letter.batch}`} size="sm" underline="always">
          {letter.batch_name}
        </Anchor>
        , row {letter.row + 1}, variant {letter.variant} · {letter.model} · {letter.aspect_ratio} · {letter.size}
      </Text>
      {letter.error !== null && (
        <Alert color="red" variant="light" title={reasonOf(letter.error.kind)}>
          <Text size="sm">{letter.error.detail}</Text>
          {letter.error.hint !== "" && (
            <Group gap={6} mt="xs" wrap="nowrap" align="flex-start">
              <IconBulb size={16} aria-hidden style={{ flex: "none", marginTop: 2 }} />
              <Text size="sm">{letter.error.hint}</Text>
            </Group>
          )}
        </Alert>
      )}
      {letter.discarded_at !== null && (
        <Alert color="gray">
          Discarded <When at={letter.discarded_at} />: {letter.discard_reason}
        </Alert>
      )}
      {letter.hindrance !== null && <Alert color="yellow">{letter.hindrance.detail}</Alert>}
      <Group gap="xs">
        <Button
          leftSection={<IconRefresh size={16} aria-hidden />}
          disabled={!letter.can_requeue}
          onClick={() => onAct("requeue", scope)}
        >
          Try again
        </Button>
        {letter.discarded_at === null && (
          <Button
            variant="default"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => onAct("discard", scope)}
          >
            Discard
          </Button>
        )}
      </Group>
      <Attempts attempts={letter.attempts} />
      <Text size="xs" c="dimmed">
        Image <Code fz="xs">{letter.id}</Code>
      </Text>
    </Stack>
  );
}
