import { answer, api } from "@/api/client";
import { asProblem } from "@/api/problems";
import type { LoginView } from "@/api/schema";
import type { Session, SignIn } from "@/session/sessions";

const KEY = "fanfold:session";
const CHANNEL = "fanfold:session";
const NEIGHBOURS_MS = 120;
const SHORTEST_TIMER_MS = 60_000;
const LONGEST_TIMER_MS = 2_000_000_000;

interface Kept {
  token: string;
  expires_at: string;
  session: Session;
}

type Message = { kind: "ask" } | { kind: "here"; kept: Kept } | { kind: "in"; kept: Kept } | { kind: "out" };

/** Signing in at the API itself.
 *
 * The token lives as long as the tab, in its session storage, so that a reload keeps it and a closed browser forgets it;
 * a new tab is given it by those that are open.
 */
export class PasswordSignIn implements SignIn {
  readonly hasGoogle = false;
  readonly firestore = null;
  readonly #channel = new BroadcastChannel(CHANNEL);
  #kept: Kept | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #changed: (now: Session | null | "ended") => void = () => {};

  async restore(): Promise<Session | null> {
    const kept = this.#stored() ?? (await this.#fromNeighbours());
    if (kept === null) return null;
    this.#keep(kept);
    try {
      const me = await answer(api.GET("/v1/me"));
      return { user: me.user, organisation: me.organisation, role: me.role };
    } catch (error) {
      if (asProblem(error).status !== 401) throw error;
      // Forgotten in this tab alone: another one may be asking its person to sign in again, with work on its page.
      this.#forget();
      return null;
    }
  }

  async withPassword(email: string, password: string): Promise<Session> {
    return this.#enter(await answer(api.POST("/v1/auth/login", { body: { email, password } })));
  }

  async withGoogle(): Promise<Session | null> {
    throw new Error("This sign-in has no Google.");
  }

  async accept(invitation: string, password: string): Promise<Session> {
    return this.#enter(await answer(api.POST("/v1/auth/accept", { body: { token: invitation, password } })));
  }

  async changePassword(current: string, password: string): Promise<Session> {
    return this.#enter(await answer(api.POST("/v1/me:password", { body: { current, password } })));
  }

  async token(): Promise<string | null> {
    return this.#kept?.token ?? null;
  }

  async leave(): Promise<void> {
    this.#forget();
    this.#tell({ kind: "out" });
  }

  follow(changed: (now: Session | null | "ended") => void): () => void {
    this.#changed = changed;
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => this.#hear(data);
    return () => {
      clearTimeout(this.#timer);
      this.#channel.close();
    };
  }

  #enter(login: LoginView): Session {
    const { id, email, name, role } = login.user;
    const session = { user: { id, email, name }, organisation: login.organisation, role };
    const kept = { token: login.token, expires_at: login.expires_at, session };
    this.#keep(kept);
    this.#tell({ kind: "in", kept });
    return session;
  }

  #hear(message: Message) {
    if (message.kind === "ask" && this.#kept !== null) this.#tell({ kind: "here", kept: this.#kept });
    if (message.kind === "in") {
      this.#keep(message.kept);
      this.#changed(message.kept.session);
    }
    if (message.kind === "out") {
      this.#forget();
      this.#changed(null);
    }
  }

  #keep(kept: Kept) {
    this.#kept = kept;
    sessionStorage.setItem(KEY, JSON.stringify(kept));
    clearTimeout(this.#timer);
    const left = Math.min(Math.max(SHORTEST_TIMER_MS, Date.parse(kept.expires_at) - Date.now()), LONGEST_TIMER_MS);
    // This machine's clock may be wrong: whether the sign-in has ended, the API says.
    this.#timer = setTimeout(() => void answer(api.GET("/v1/me")).catch(() => {}), left);
  }

  #forget() {
    this.#kept = null;
    clearTimeout(this.#timer);
    sessionStorage.removeItem(KEY);
  }

  #stored(): Kept | null {
    const text = sessionStorage.getItem(KEY);
    return text === null ? null : (JSON.parse(text) as Kept);
  }

  /** What another tab of this browser knows; nobody answers when there is none. */
  #fromNeighbours(): Promise<Kept | null> {
    return new Promise((resolve) => {
      const hear = ({ data }: MessageEvent<Message>) => data.kind === "here" && done(data.kept);
      const done = (kept: Kept | null) => {
        clearTimeout(patience);
        this.#channel.removeEventListener("message", hear);
        resolve(kept);
      };
      const patience = setTimeout(() => done(null), NEIGHBOURS_MS);
      this.#channel.addEventListener("message", hear);
      this.#tell({ kind: "ask" });
    });
  }

  #tell(message: Message) {
    this.#channel.postMessage(message);
  }
}
