import { Button, Group, Modal, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { updateBatch } from "@/api/batches";
import { asProblem } from "@/api/problems";
import type { BatchView } from "@/api/schema";

interface DialogProps {
  batch: BatchView;
  opened: boolean;
  onClose: () => void;
}

/** Another name and other tags for a batch. */
export function EditDialog({ batch, opened, onClose }: DialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Rename and tag">
      <Form batch={batch} onClose={onClose} />
    </Modal>
  );
}

function Form({ batch, onClose }: Omit<DialogProps, "opened">) {
  const [name, setName] = useState(batch.name);
  const [tags, setTags] = useState(batch.tags);
  const save = useMutation({ mutationFn: () => updateBatch(batch.id, { name, tags }), onSuccess: onClose });
  const problem = save.error === null ? null : asProblem(save.error);
  const atTags = problem?.errors.find((error) => error.pointer.startsWith("/tags"))?.detail;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          value={name}
          data-autofocus
          error={problem?.at("/name")}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TagsInput
          label="Tags"
          placeholder="Add a tag and press Enter"
          value={tags}
          error={atTags}
          clearable
          onChange={setTags}
        />
        {problem !== null && problem.errors.length === 0 && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {problem.detail}
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
