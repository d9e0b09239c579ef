import { Skeleton, Stack, Text } from "@mantine/core";
import { Navigate, useSearchParams } from "react-router";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { Entrance } from "@/pages/sign-in/Entrance";
import { returnAddress } from "@/session/returns";
import { SignInForm } from "@/session/SignInForm";
import { useSessionState, useSessionStore } from "@/session/useSession";

/** Where a person says who they are; afterwards they are where they wanted to go. */
export function SignInPage() {
  const state = useSessionState();
  const store = useSessionStore();
  const [search] = useSearchParams();
  if (state.status === "in") return <Navigate to={returnAddress(search)} replace />;
  return (
    <Entrance>
      <PageHeader title="Sign in" description="Rows in, finished images out." />
      {state.status === "starting" && <FormSkeleton />}
      {state.status === "unreachable" && (
        <ErrorState error={state.problem} onRetry={() => void store.start()} compact />
      )}
      {(state.status === "out" || state.status === "ended") && <SignInForm />}
      <Text size="sm" c="dimmed" mt="lg">
        No account? An admin of your organisation can invite you.
      </Text>
    </Entrance>
  );
}

function FormSkeleton() {
  return (
    <Stack gap="md" aria-busy="true" role="status" aria-label="Loading">
      <Skeleton height={58} />
      <Skeleton height={58} />
      <Skeleton height={42} />
    </Stack>
  );
}
