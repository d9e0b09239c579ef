import { Alert, Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { newIdempotencyKey } from "@/api/client";
import { createKey, KEYS } from "@/api/keys";
import { showAtFields } from "@/design/fieldProblems";
import { SecretOnce } from "@/design/SecretOnce";
import { RolePicker } from "@/session/RolePicker";
import type { Role } from "@/session/roles";

interface KeyFormProps {
  opened: boolean;
  onClose: () => void;
}

/** Makes a key, and shows it this once. */
export function KeyForm({ opened, onClose }: KeyFormProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Create a key" closeOnClickOutside={false}>
      {opened && <Fields onClose={onClose} />}
    </Modal>
  );
}

function Fields({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [once] = useState(newIdempotencyKey);
  const [refusal, setRefusal] = useState<string | null>(null);
  const form = useForm<{ name: string; role: Role }>({
    initialValues: { name: "", role: "editor" },
    validate: { name: (name) => (name.trim() === "" ? "Name the machine that will use it." : null) },
  });
  const making = useMutation({
    mutationFn: (values: { name: string; role: Role }) => createKey(values, once),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEYS }),
    onError: (error) => setRefusal(showAtFields(form, error, ["name", "role"])),
  });
  const made = making.data;
  if (made !== undefined && made.key !== null) {
    return (
      <Stack>
        <SecretOnce
          name="key"
          secret={made.key}
          warning="Copy it now: it is not shown again. Whoever has it acts for your organisation; keep it like a password."
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Done
          </Button>
        </Group>
      </Stack>
    );
  }
  if (made !== undefined) {
    return (
      <Alert color="yellow">
        The key was made by an earlier try, and its secret was not shown. Revoke it, and create another.
      </Alert>
    );
  }
  return (
    <form onSubmit={form.onSubmit((values) => making.mutate(values))} noValidate>
      <Stack>
        {refusal !== null && (
          <Alert color="red" role="alert">
            {refusal}
          </Alert>
        )}
        <TextInput
          label="Name"
          description="Who or what will use it"
          placeholder="Product sheet"
          data-autofocus
          {...form.getInputProps("name")}
        />
        <RolePicker {...form.getInputProps("role")} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={making.isPending}>
            Create key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
