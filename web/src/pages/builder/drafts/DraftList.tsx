import { Button, Checkbox, Group, Stack, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useDrafts } from "@/api/drafts";
import { confirm } from "@/design/confirm";
import { count } from "@/design/formats";
import { DraftLine } from "./DraftLine";
import { type ListedDraft, listed } from "./listings";
import { listDrafts } from "./store";
import { useOwner } from "./useOwner";
import { useRemoval } from "./useRemoval";

const SHOWN = 3;

/** The batches that whoever is signed in has begun to write, here and on other devices, the newest of many; nothing where there are none. */
export function DraftList() {
  const owner = useOwner();
  const there = useDrafts();
  const here = useQuery({ queryKey: ["drafts", "here", owner], queryFn: () => listDrafts(owner), staleTime: 0 });
  const [areAllShown, { toggle }] = useDisclosure();
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const removal = useRemoval(owner);
  const id = useId();
  const drafts = listed(here.data ?? [], there.data);
  if (drafts.length === 0) return null;
  const isLong = drafts.length > SHOWN;
  const isOpen = isLong && areAllShown;
  const chosen = isOpen ? drafts.filter((draft) => ticked.has(draft.id)) : [];
  const tick = (draft: string) =>
    setTicked(new Set(ticked.has(draft) ? [...ticked].filter((one) => one !== draft) : [...ticked, draft]));
  const remove = async (unwanted: readonly ListedDraft[]) => {
    if (await confirm(questionOf(unwanted))) removal.mutate(unwanted);
  };
  return (
    <Stack component="section" aria-label="Drafts" gap="xs" mb="lg">
      <Group justify="space-between" gap="xs">
        <Title order={2} size="h4">
          Drafts
        </Title>
        {isLong && (
          <Button
            variant="subtle"
            size="compact-sm"
            aria-expanded={isOpen}
            aria-controls={id}
            rightSection={<IconChevronDown size={14} aria-hidden style={isOpen ? { rotate: "180deg" } : {}} />}
            onClick={toggle}
          >
            {isOpen ? "The newest alone" : `All ${drafts.length} drafts`}
          </Button>
        )}
      </Group>
      {isOpen && (
        <Group justify="space-between" gap="xs" px="md">
          <Checkbox
            label={chosen.length === 0 ? "Choose all" : `${count(chosen.length, "draft")} chosen`}
            checked={chosen.length === drafts.length}
            indeterminate={chosen.length > 0 && chosen.length < drafts.length}
            onChange={({ currentTarget }) =>
              setTicked(new Set(currentTarget.checked ? drafts.map((one) => one.id) : []))
            }
          />
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconTrash size={14} aria-hidden />}
            disabled={chosen.length === 0}
            loading={removal.isPending}
            onClick={() => void remove(chosen)}
          >
            Delete chosen
          </Button>
        </Group>
      )}
      <Stack gap="xs" id={id}>
        {(isOpen ? drafts : drafts.slice(0, SHOWN)).map((draft) => (
          <DraftLine
            key={draft.id}
            draft={draft}
            isLeaving={removal.isPending && removal.variables.some(({ id }) => id === draft.id)}
            onDelete={() => void remove([draft])}
            {...(isOpen && { isTicked: ticked.has(draft.id), onTick: () => tick(draft.id) })}
          />
        ))}
      </Stack>
    </Stack>
  );
}

function questionOf(unwanted: readonly ListedDraft[]) {
  const [first] = unwanted;
  const isOne = unwanted.length === 1 && first;
  const was = isOne
    ? "It has not been started, so nothing of it exists"
    : "They have not been started, so nothing of them exists";
  return {
    title: isOne ? `Delete “${first.name}”?` : `Delete ${count(unwanted.length, "draft")}?`,
    body: `${was} but what was written. This cannot be taken back.`,
    verb: "Delete",
    danger: true,
  };
}
