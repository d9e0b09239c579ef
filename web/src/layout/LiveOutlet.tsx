import { lazy, Suspense, useMemo } from "react";
import { Outlet } from "react-router";
import { useSession, useSessionStore } from "@/session/useSession";

// Asked for at once, so that it comes while the first page does.
const [loadingLive, loadingNotices] = [import("@/live/LiveProvider"), import("@/notices/NoticesProvider")];
const LiveProvider = lazy(async () => ({ default: (await loadingLive).LiveProvider }));
const NoticesProvider = lazy(async () => ({ default: (await loadingNotices).NoticesProvider }));

/** Gives all pages what changes by itself, and tells of what has ended, in the name of who is signed in. */
export function LiveOutlet() {
  const { organisation, user } = useSession();
  const { firestore } = useSessionStore();
  const documents = useMemo(
    () => (firestore === null ? null : async () => ({ store: await firestore(), org: organisation.id })),
    [firestore, organisation.id],
  );
  return (
    <Suspense>
      <LiveProvider documents={documents}>
        <NoticesProvider me={user.id}>
          <Outlet />
        </NoticesProvider>
      </LiveProvider>
    </Suspense>
  );
}
