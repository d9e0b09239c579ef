import { createContext, useContext, useSyncExternalStore } from "react";
import { can, type Verb } from "@/session/roles";
import type { SessionState, SessionStore } from "@/session/SessionStore";
import type { Session } from "@/session/sessions";

export const SessionContext = createContext<SessionStore | null>(null);

/** The store itself, for signing in and out. */
export function useSessionStore(): SessionStore {
  const store = useContext(SessionContext);
  if (store === null) throw new Error("There is no SessionContext around this.");
  return store;
}

export function useSessionState(): SessionState {
  const store = useSessionStore();
  return useSyncExternalStore(store.subscribe, store.state);
}

/** Who is signed in, and what they may: `can("make")`. Only behind `RequireSession`. */
export function useSession(): Session & { can: (verb: Verb) => boolean } {
  const state = useSessionState();
  if (state.status !== "in" && state.status !== "ended") throw new Error("Nobody is signed in here.");
  return { ...state.session, can: (verb) => can(state.session.role, verb) };
}
