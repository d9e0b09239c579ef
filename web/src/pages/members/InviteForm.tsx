import { Alert, Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { newIdempotencyKey } from "@/api/client";
import { inviteMember, MEMBERS } from "@/api/members";
import { showAtFields } from "@/design/fieldProblems";
import type { Invited } from "@/pages/members/memberActs";
import { RolePicker } from "@/session/RolePicker";
import type { Role } from "@/session/roles";

interface InviteFormProps {
  opened: boolean;
  onClose: () => void;
  onInvited: (invited: Invited) => void;
}

/** Asks a person to join, in a role. */
export function InviteForm({ opened, onClose, onInvited }: InviteFormProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Invite a member">
      {opened && <Fields onClose={onClose} onInvited={onInvited} />}
    </Modal>
  );
}

interface Invite {
  name: string;
  email: string;
  role: Role;
}

function Fields({ onClose, onInvited }: Omit<InviteFormProps, "opened">) {
  const queries = useQueryClient();
  const [once] = useState(newIdempotencyKey);
  const [refusal, setRefusal] = useState<string | null>(null);
  const form = useForm<Invite>({
    initialValues: { name: "", email: "", role: "editor" },
    validate: {
      name: (name) => (name.trim() === "" ? "Enter their name." : null),
      email: (email) => (/^\S+@\S+$/.test(email.trim()) ? null : "Enter their e-mail address."),
    },
  });
  const inviting = useMutation({
    mutationFn: (values: Invite) => inviteMember({ ...values, email: values.email.trim() }, once),
    onSuccess: async ({ name, invitation }) => {
      await queries.invalidateQueries({ queryKey: MEMBERS });
      onInvited({ name, invitation });
    },
    onError: (error) => setRefusal(showAtFields(form, error, ["name", "email", "role"])),
  });
  return (
    <form onSubmit={form.onSubmit((values) => inviting.mutate(values))} noValidate>
      <Stack>
        {refusal !== null && (
          <Alert color="red" role="alert">
            {refusal}
          </Alert>
        )}
        <TextInput label="Name" autoComplete="off" data-autofocus {...form.getInputProps("name")} />
        <TextInput label="E-mail" type="email" autoComplete="off" {...form.getInputProps("email")} />
        <RolePicker {...form.getInputProps("role")} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={inviting.isPending}>
            Invite
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
