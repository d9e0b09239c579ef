import { lazy, Suspense } from "react";
import { Navigate, Outlet, useLocation } from "react-router";
import { ErrorState } from "@/design/ErrorState";
import { signInAddress } from "@/session/returns";
import { useSessionState, useSessionStore } from "@/session/useSession";

const SignInAgain = lazy(async () => ({ default: (await import("@/session/SignInAgain")).SignInAgain }));

/** Lets people in who are signed in; others are led to the sign-in, and from there to where they wanted to go. */
export function RequireSession() {
  const state = useSessionState();
  const store = useSessionStore();
  const location = useLocation();
  switch (state.status) {
    case "starting":
      return null;
    case "unreachable":
      return <ErrorState error={state.problem} onRetry={() => void store.start()} />;
    case "out":
      return <Navigate to={signInAddress(location)} replace />;
    default:
      return (
        <>
          <Outlet key={state.session.user.id} />
          <Suspense>{state.status === "ended" && <SignInAgain email={state.session.user.email} />}</Suspense>
        </>
      );
  }
}
