import { Alert, Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { MEMBERS, updateMember } from "@/api/members";
import type { MemberView } from "@/api/schema";
import { showAtFields } from "@/design/fieldProblems";
import { tell } from "@/design/toasts";
import { lastAdminWords } from "@/pages/members/memberActs";
import { RolePicker } from "@/session/RolePicker";

interface MemberFormProps {
  member: MemberView | null;
  onClose: () => void;
}

/** Gives a member another name or role. */
export function MemberForm({ member, onClose }: MemberFormProps) {
  return (
    <Modal opened={member !== null} onClose={onClose} title={`Change ${member?.name ?? ""}`}>
      {member !== null && <Fields member={member} onClose={onClose} />}
    </Modal>
  );
}

function Fields({ member, onClose }: { member: MemberView; onClose: () => void }) {
  const queries = useQueryClient();
  const [refusal, setRefusal] = useState<string | null>(null);
  const form = useForm({
    initialValues: { name: member.name, role: member.role },
    validate: { name: (name) => (name.trim() === "" ? "Enter their name." : null) },
  });
  const saving = useMutation({
    mutationFn: (values: { name: string; role: MemberView["role"] }) => updateMember(member.id, values),
    onSuccess: async (saved) => {
      await queries.invalidateQueries({ queryKey: MEMBERS });
      tell(`${saved.name} is saved; it is in force within three seconds.`);
      onClose();
    },
    onError: (error) => setRefusal(lastAdminWords(error) ?? showAtFields(form, error, ["name", "role"])),
  });
  return (
    <form onSubmit={form.onSubmit((values) => saving.mutate(values))} noValidate>
      <Stack>
        {refusal !== null && (
          <Alert color="red" role="alert">
            {refusal}
          </Alert>
        )}
        <TextInput label="Name" data-autofocus {...form.getInputProps("name")} />
        <RolePicker {...form.getInputProps("role")} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={saving.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
