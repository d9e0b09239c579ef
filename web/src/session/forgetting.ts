import type { QueryClient } from "@tanstack/react-query";
import type { Forgetting } from "@/session/SessionStore";

/** Whatever a page keeps in this browser begins its name so: local and session storage, databases. */
export const KEPT = "fanfold:";

/** Forgets everything that this browser holds of a person: what was read, drafts, caches. */
export function forgettingAll(queries: QueryClient): Forgetting {
  return async () => {
    queries.clear();
    forgetStored(localStorage);
    forgetStored(sessionStorage);
    const databases = await globalThis.indexedDB?.databases?.();
    for (const { name } of databases ?? []) if (name?.startsWith(KEPT)) indexedDB.deleteDatabase(name);
  };
}

function forgetStored(storage: Storage) {
  // The session itself is kept or forgotten by the sign-in.
  const names = Object.keys(storage).filter((name) => name.startsWith(KEPT) && name !== `${KEPT}session`);
  for (const name of names) storage.removeItem(name);
}
