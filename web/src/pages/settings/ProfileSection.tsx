import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useUpdateMe } from "@/api/me";
import type { SelfView } from "@/api/schema";
import { showAtFields } from "@/design/fieldProblems";
import { tell, tellProblem } from "@/design/toasts";
import { ROLE_WORDS } from "@/session/roles";
import { useSessionStore } from "@/session/useSession";

/** One's name, and what one may do here. */
export function ProfileSection({ me }: { me: SelfView }) {
  const store = useSessionStore();
  const update = useUpdateMe();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: me.user.name },
    validate: { name: (value) => (value.trim() === "" ? "Enter your name." : null) },
  });
  const submit = form.onSubmit(({ name }) =>
    update.mutate(
      { name: name.trim() },
      {
        onSuccess: ({ user }) => {
          store.renamed(user.name);
          tell("Your name is saved");
        },
        onError: (error) => {
          if (showAtFields(form, error, ["name"]) !== null) tellProblem(error, "Your name was not saved");
        },
      },
    ),
  );
  const role = ROLE_WORDS[me.role];
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput label="Name" autoComplete="name" key={form.key("name")} {...form.getInputProps("name")} />
        <TextInput label="E-mail" value={me.user.email} readOnly variant="filled" />
        <Text size="sm">
          <b>{role.name}</b>: {role.may}.
        </Text>
        <Group justify="flex-end">
          <Button type="submit" variant="default" loading={update.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
