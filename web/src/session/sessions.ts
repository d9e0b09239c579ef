import type { Firestore } from "firebase/firestore";
import type { OrganisationView, UserView } from "@/api/schema";
import type { Role } from "@/session/roles";

/** Who is signed in, where they belong, and what they may. */
export interface Session {
  user: Pick<UserView, "id" | "email" | "name">;
  organisation: OrganisationView;
  role: Role;
}

/** A way to sign in: at the API itself, or at Firebase. Everything raises a `Problem`. */
export interface SignIn {
  /** Whether people may come in by their Google account, too. */
  readonly hasGoogle: boolean;
  /** Firestore in this person's name, loaded when it is first asked for; null where pages live on the API alone. */
  readonly firestore: (() => Promise<Firestore>) | null;
  /** The session that this browser has kept, or null. */
  restore(): Promise<Session | null>;
  withPassword(email: string, password: string): Promise<Session>;
  /** Null when the person closed the window. */
  withGoogle(): Promise<Session | null>;
  /** Sets the password of somebody who was invited, and signs them in. */
  accept(invitation: string, password: string): Promise<Session>;
  /** Another password: every other sign-in of the person ends. */
  changePassword(current: string, password: string): Promise<Session>;
  /** A token that is good now, or null. */
  token(): Promise<string | null>;
  /** Forgets the session, in all tabs. */
  leave(): Promise<void>;
  /** Hears what happens in other tabs, and that the session has run out (`"ended"`); gives what stops it. */
  follow(changed: (now: Session | null | "ended") => void): () => void;
}
