import { answer, api } from "@/api/client";
import { type Credentials, setCredentials } from "@/api/credentials";
import { asProblem, Problem } from "@/api/problems";
import type { ConfigurationView } from "@/api/schema";
import { PasswordSignIn } from "@/session/passwordSignIn";
import type { Session, SignIn } from "@/session/sessions";

/** `ended`: the session ran out; the page stays as it is, and who is there is asked to sign in again. */
export type SessionState =
  | { status: "starting" }
  | { status: "unreachable"; problem: Problem }
  | { status: "out" }
  | { status: "in"; session: Session }
  | { status: "ended"; session: Session };

/** What keeps something of a person, and forgets it when they leave. */
export type Forgetting = () => void | Promise<void>;

export type SignInMaker = (configuration: ConfigurationView) => Promise<SignIn>;

/** The sign-in that the API names; Firebase is loaded only where it is used. */
export const signInFor: SignInMaker = async (configuration) => {
  if (configuration.sign_in === "password" || configuration.firebase === null) return new PasswordSignIn();
  const { FirebaseSignIn } = await import("@/session/firebaseSignIn");
  return new FirebaseSignIn(configuration.firebase, configuration.emulators);
};

/** Who is signed in, from the start of the page to the sign-out; components read it by `useSession`. */
export class SessionStore implements Credentials {
  readonly #make: SignInMaker;
  readonly #readers = new Set<() => void>();
  readonly #forgetting = new Set<Forgetting>();
  #state: SessionState = { status: "starting" };
  #signIn: SignIn | null = null;
  #isFollowing = false;
  #waiting: ((token: Promise<string | null>) => void)[] = [];

  /** `session` is one that is known already. */
  constructor(make: SignInMaker = signInFor, session: Session | null = null) {
    this.#make = make;
    if (session !== null) this.#state = { status: "in", session };
  }

  readonly state = (): SessionState => this.#state;

  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  };

  /** Firestore in the name of who is signed in, where pages may listen to it. */
  get firestore(): SignIn["firestore"] {
    return this.#signIn?.firestore ?? null;
  }

  get hasGoogle(): boolean {
    return this.#signIn?.hasGoogle ?? false;
  }

  /** Calls this when the person leaves, in this tab or in another; gives what takes it back. */
  onLeave(forget: Forgetting): () => void {
    this.#forgetting.add(forget);
    return () => this.#forgetting.delete(forget);
  }

  /** Asks how to sign in and takes up the session that was kept; again after it was unreachable. */
  async start(): Promise<void> {
    setCredentials(this);
    this.#become({ status: "starting" });
    try {
      this.#signIn ??= await this.#make(await answer(api.GET("/v1/config")));
      await this.#enter(await this.#signIn.restore());
      this.#follow();
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status !== 401) return this.#become({ status: "unreachable", problem });
      await this.#signIn?.leave();
      this.#become({ status: "out" });
      this.#follow();
    }
  }

  async withPassword(email: string, password: string): Promise<void> {
    await this.#enter(await this.#begun().withPassword(email, password));
  }

  /** False when the person closed the window. */
  async withGoogle(): Promise<boolean> {
    const session = await this.#begun().withGoogle();
    if (session !== null) await this.#enter(session);
    return session !== null;
  }

  async accept(invitation: string, password: string): Promise<void> {
    await this.#enter(await this.#begun().accept(invitation, password));
  }

  async changePassword(current: string, password: string): Promise<void> {
    await this.#enter(await this.#begun().changePassword(current, password));
  }

  /** The person has given themselves another name. */
  renamed(name: string): void {
    if (this.#state.status !== "in") return;
    const { session } = this.#state;
    this.#become({ status: "in", session: { ...session, user: { ...session.user, name } } });
  }

  /** Signs out and forgets everything that this browser kept of the person. */
  async leave(): Promise<void> {
    await this.#signIn?.leave();
    await this.#enter(null);
  }

  async token(): Promise<string | null> {
    if (this.#state.status === "ended") return this.renewed();
    return (await this.#signIn?.token()) ?? null;
  }

  refused(): void {
    if (this.#state.status === "in") this.#become({ status: "ended", session: this.#state.session });
  }

  /** Holds a refused request until the person has signed in again: null when they left instead, or were never in. */
  renewed(): Promise<string | null> {
    this.refused();
    if (this.#state.status !== "ended") return Promise.resolve(null);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #follow() {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    this.#signIn?.follow((now) => void this.#hear(now));
  }

  async #hear(now: Session | null | "ended"): Promise<void> {
    if (now === "ended") return this.refused();
    return this.#enter(now);
  }

  async #enter(session: Session | null): Promise<void> {
    const before = this.#state.status === "in" || this.#state.status === "ended" ? this.#state.session : null;
    const isOther = before !== null && before.user.id !== session?.user.id;
    // Nothing of one person is shown to the next.
    const forgotten = isOther ? await Promise.allSettled([...this.#forgetting].map(async (forget) => forget())) : [];
    this.#become(session === null ? { status: "out" } : { status: "in", session });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(isOther || session === null ? Promise.resolve(null) : this.token());
    // Told at the end: what could not be forgotten keeps nobody in.
    for (const one of forgotten) if (one.status === "rejected") throw one.reason;
  }

  #begun(): SignIn {
    if (this.#signIn === null) throw new Problem(NOT_BEGUN);
    return this.#signIn;
  }

  #become(state: SessionState) {
    this.#state = state;
    for (const reader of this.#readers) reader();
  }
}

const NOT_BEGUN = {
  status: 0,
  code: "offline",
  title: "No connection",
  detail: "Fanfold could not be reached yet. Check the connection and try again.",
};
