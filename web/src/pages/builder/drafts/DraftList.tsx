import { ActionIcon, Button, Group, Paper, Stack, Text, Title, Tooltip } from "@mantine/core";
import { IconPencil, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { useDrafts } from "@/api/drafts";
import { confirm } from "@/design/confirm";
import { count } from "@/design/formats";
import { tellProblem } from "@/design/toasts";
import { When } from "@/design/When";
import { type ListedDraft, listed } from "./listings";
import { removeRemote } from "./remotes";
import { listDrafts, removeDraft } from "./store";
import { useOwner } from "./useOwner";

/** The batches that whoever is signed in has begun to write, here and on other devices; nothing where there are none. */
export function DraftList() {
  const owner = useOwner();
  const there = useDrafts();
  const here = useQuery({ queryKey: ["drafts", "here", owner], queryFn: () => listDrafts(owner), staleTime: 0 });
  const drafts = listed(here.data ?? [], there.data);
  if (drafts.length === 0) return null;
  return (
    <Stack component="section" aria-label="Drafts" gap="xs" mb="lg">
      <Title order={2} size="h4">
        Drafts
      </Title>
      {drafts.map((draft) => (
        <DraftLine key={draft.id} draft={draft} owner={owner} />
      ))}
    </Stack>
  );
}

function DraftLine({ draft, owner }: { draft: ListedDraft; owner: string }) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: async () => {
      if (draft.remote) await removeRemote(draft.remote);
      await removeDraft(owner, draft.id);
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["drafts"] }),
    onError: (error) => tellProblem(error, "The draft was not deleted"),
  });
  const ask = async () => {
    const body = "It has not been started, so nothing of it exists but what was written. This cannot be taken back.";
    if (await confirm({ title: `Delete “${draft.name}”?`, body, verb: "Delete", danger: true })) remove.mutate();
  };
  return (
    <Paper withBorder px="md" py="xs">
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Stack gap={0} miw={0}>
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
            <ActionIcon
              size="md"
              aria-label={`Delete ${draft.name}`}
              loading={remove.isPending}
              onClick={() => void ask()}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
    </Paper>
  );
}
