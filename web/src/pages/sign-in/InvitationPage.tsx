import { Alert, Button, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconAlertCircle } from "@tabler/icons-react";
import { useState } from "react";
import { Navigate, useLocation } from "react-router";
import { useInvitation } from "@/api/invitations";
import { asProblem } from "@/api/problems";
import type { InvitedView } from "@/api/schema";
import { showAtFields } from "@/design/fieldProblems";
import { PageHeader } from "@/design/PageHeader";
import { Entrance } from "@/pages/sign-in/Entrance";
import { useSessionState, useSessionStore } from "@/session/useSession";

const CUT_OFF = "This link is not whole. Copy all of it, or ask who invited you for a new one.";
const REFUSALS: ReadonlySet<number> = new Set([401, 422]);

function greeting(invited: InvitedView | undefined): string {
  return invited === undefined ? "Welcome" : `Welcome${invited.is_new ? "" : " back"}, ${invited.name}`;
}

function purpose({ email, organisation, is_new }: InvitedView): string {
  return `Choose a ${is_new ? "" : "new "}password for ${email}, and you are in at ${organisation}.`;
}

/** Where somebody who was invited sets their password: `/invitation#inv_…`, whose last part no server ever sees. */
export function InvitationPage() {
  const { hash } = useLocation();
  const state = useSessionState();
  const store = useSessionStore();
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isAccepted, setAccepted] = useState(false);
  const token = hash.slice(1);
  const invitation = useInvitation(token);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { password: "", again: "" },
    validate: {
      password: (value) => (value.length < 8 ? "Use at least 8 characters." : null),
      again: (value, values) => (value === values.password ? null : "The two are not the same."),
    },
  });
  const problem = invitation.isError ? asProblem(invitation.error) : null;
  // What else goes wrong with asking keeps nobody out: the password may be set all the same.
  const refused = problem !== null && REFUSALS.has(problem.status) ? problem.detail : null;
  const wrong = token === "" ? CUT_OFF : refused;
  if (isAccepted) return <Navigate to="/batches" replace />;

  const submit = form.onSubmit(async ({ password }) => {
    setRefusal(null);
    try {
      await store.accept(token, password);
      setAccepted(true);
    } catch (error) {
      setRefusal(showAtFields(form, error, ["password"]));
    }
  });
  return (
    <Entrance>
      <PageHeader title={greeting(invitation.data)} description={invitation.data && purpose(invitation.data)} />
      {wrong !== null ? (
        <Alert color="red" variant="light" icon={<IconAlertCircle aria-hidden />} role="alert">
          {wrong}
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
