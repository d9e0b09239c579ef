import { lazy, Suspense, useMemo } from "react";
import { Outlet } from "react-router";
import { useSession, useSessionStore } from "@/session/useSession";

// Asked for at once, so that it comes while the first page does.
const loading = import("@/live/LiveProvider");
const LiveProvider = lazy(async () => ({ default: (await loading).LiveProvider }));

/** Gives all pages what changes by itself, in the name of who is signed in. */
export function LiveOutlet() {
  const { organisation } = useSession();
  const { firestore } = useSessionStore();
  const documents = useMemo(
    () => (firestore === null ? null : async () => ({ store: await firestore(), org: organisation.id })),
    [firestore, organisation.id],
  );
  return (
    <Suspense>
      <LiveProvider documents={documents}>
        <Outlet />
      </LiveProvider>
    </Suspense>
  );
}
