import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { showAtFields } from "@/design/fieldProblems";
import { tell, tellProblem } from "@/design/toasts";
import { Section } from "@/pages/settings/Section";
import { useSessionStore } from "@/session/useSession";

/** Another password: every other sign-in of this person ends, this one goes on. */
export function PasswordSection() {
  const store = useSessionStore();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { current: "", password: "" },
    validate: {
      current: (value) => (value === "" ? "Enter the password that you have now." : null),
      password: (value) => (value.length < 8 ? "Use at least 8 characters." : null),
    },
  });
  const submit = form.onSubmit(async ({ current, password }) => {
    try {
      await store.changePassword(current, password);
      form.reset();
      tell("Your password is changed; you are signed out everywhere else");
    } catch (error) {
      if (showAtFields(form, error, ["current", "password"]) !== null) {
        tellProblem(error, "Your password was not changed");
      }
    }
  });
  return (
    <Section title="Password" description="A new one signs you out everywhere else.">
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <PasswordInput
            label="Password now"
            autoComplete="current-password"
            key={form.key("current")}
            {...form.getInputProps("current")}
          />
          <PasswordInput
            label="New password"
            autoComplete="new-password"
            key={form.key("password")}
            {...form.getInputProps("password")}
          />
          <Group justify="flex-end">
            <Button type="submit" variant="default" loading={form.submitting}>
              Change the password
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
