import { Alert, Button, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconAlertCircle } from "@tabler/icons-react";
import { useState } from "react";
import { Navigate, useLocation } from "react-router";
import { showAtFields } from "@/design/fieldProblems";
import { PageHeader } from "@/design/PageHeader";
import { Entrance } from "@/pages/sign-in/Entrance";
import { useSessionState, useSessionStore } from "@/session/useSession";

/** Where somebody who was invited sets their password: `/invitation#inv_…`, whose last part no server ever sees. */
export function InvitationPage() {
  const { hash } = useLocation();
  const state = useSessionState();
  const store = useSessionStore();
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isAccepted, setAccepted] = useState(false);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { password: "", again: "" },
    validate: {
      password: (value) => (value.length < 8 ? "Use at least 8 characters." : null),
      again: (value, values) => (value === values.password ? null : "The two are not the same."),
    },
  });
  if (isAccepted) return <Navigate to="/batches" replace />;

  const submit = form.onSubmit(async ({ password }) => {
    setRefusal(null);
    try {
      await store.accept(hash.slice(1), password);
      setAccepted(true);
    } catch (error) {
      setRefusal(showAtFields(form, error, ["password"]));
    }
  });
  return (
    <Entrance>
      <PageHeader title="Welcome" description="Choose a password, and you are in." />
      {hash.length < 2 ? (
        <Alert color="red" variant="light" icon={<IconAlertCircle aria-hidden />}>
          This link is not whole. Copy all of it, or ask who invited you for a new one.
        </Alert>
      ) : (
        <form onSubmit={submit} noValidate aria-label="Choose a password">
          <Stack gap="md">
            {refusal !== null && (
              <Alert color="red" variant="light" icon={<IconAlertCircle aria-hidden />} role="alert">
                {refusal}
              </Alert>
            )}
            <PasswordInput
              label="New password"
              autoComplete="new-password"
              key={form.key("password")}
              {...form.getInputProps("password")}
            />
            <PasswordInput
              label="The same again"
              autoComplete="new-password"
              key={form.key("again")}
              {...form.getInputProps("again")}
            />
            <Button type="submit" size="md" loading={form.submitting} disabled={state.status === "starting"}>
              Set the password
            </Button>
          </Stack>
        </form>
      )}
    </Entrance>
  );
}
