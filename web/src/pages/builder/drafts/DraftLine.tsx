import { ActionIcon, Button, Checkbox, Group, Paper, Stack, Text, Tooltip } from "@mantine/core";
import { IconPencil, IconTrash } from "@tabler/icons-react";
import { Link } from "react-router";
import { count } from "@/design/formats";
import { When } from "@/design/When";
import type { ListedDraft } from "./listings";

interface DraftLineProps {
  draft: ListedDraft;
  isLeaving: boolean;
  onDelete(): void;
  /** Where several may be chosen. */
  isTicked?: boolean;
  onTick?(): void;
}

/** One draft: what it is called, and the way to go on with it. */
export function DraftLine({ draft, isLeaving, onDelete, isTicked = false, onTick }: DraftLineProps) {
  return (
    <Paper withBorder px="md" py="xs">
      <Group justify="space-between" wrap="nowrap" gap="sm">
        {onTick && <Checkbox aria-label={`Choose ${draft.name}`} checked={isTicked} onChange={onTick} />}
        <Stack gap={0} miw={0} flex={1}>
          <Text fw={500} truncate>
            {draft.name}
          </Text>
          <Text size="xs" c="dimmed">
            {count(draft.rows, "row")} · <When at={draft.savedAt} />
          </Text>
        </Stack>
        <Group gap={4} wrap="nowrap">
          <Button
            component={Link}
            to={`/batches/drafts/${draft.id}`}
            variant="default"
            size="compact-sm"
            leftSection={<IconPencil size={14} aria-hidden />}
            aria-label={`Continue ${draft.name}`}
          >
            Continue
          </Button>
          <Tooltip label="Delete">
            <ActionIcon size="md" aria-label={`Delete ${draft.name}`} loading={isLeaving} onClick={onDelete}>
              <IconTrash size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
    </Paper>
  );
}
