// Run by `tests/web`, which starts the Auth emulator and says where it is.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { deleteApp, getApps } from "firebase/app";
import type { Session } from "@/session/sessions";

const HOST = process.env.FIREBASE_AUTH_EMULATOR_HOST ?? "";
const PROJECT = "demo-fanfold";
const ACCOUNTS = `http://${HOST}/identitytoolkit.googleapis.com/v1/projects/${PROJECT}/accounts`;
const CONFIGURATION = {
  apiKey: "unchecked",
  appId: "",
  authDomain: "localhost",
  projectId: PROJECT,
  databaseId: "(default)",
};
const ORGANISATION = { id: "org_1", name: "Engines" };

/** What of the platform's API a sign-in asks; its tokens are the emulator's own. */
class Platform {
  /** Accounts that belong to an organisation, and what they may. */
  readonly members = new Map<string, string>();
  isAway = false;
  private readonly server: Server = createServer((request, answer) => {
    if (this.isAway) return void request.socket.destroy();
    void this.told(request).then(([status, body]) => {
      answer.writeHead(status, { "Content-Type": status === 200 ? "application/json" : "application/problem+json" });
      answer.end(JSON.stringify(body));
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async told(request: IncomingMessage): Promise<[number, object]> {
    const bearer = claimsOf(request.headers.authorization ?? "");
    if (request.url === "/v1/auth/accept") {
      const { token, password } = (await bodyOf(request)) as { token: string; password: string };
      await put({ localId: token, password });
      return [200, { user: { email: mailOf(token) } }];
    }
    const role = this.members.get(bearer.user_id);
    if (role === undefined)
      return [401, { title: "Not signed in", status: 401, code: "unauthenticated", detail: "Sign in." }];
    const user = { id: bearer.user_id, email: bearer.email, name: "Ada" };
    return [200, { user, organisation: ORGANISATION, role }];
  }
}

function claimsOf(authorization: string): { user_id: string; email: string } {
  const part = authorization.split(".")[1] ?? "";
  return part === "" ? { user_id: "", email: "" } : JSON.parse(Buffer.from(part, "base64url").toString());
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString());
}

function mailOf(id: string): string {
  return `${id.toLowerCase()}@example.com`;
}

/** Changes an account as the platform itself does. */
async function put(account: { localId: string; password?: string; disableUser?: boolean }) {
  const headers = { Authorization: "Bearer owner", "Content-Type": "application/json" };
  const answer = await fetch(`${ACCOUNTS}:update`, { method: "POST", headers, body: JSON.stringify(account) });
  if (!answer.ok) throw new Error(`The emulator refused a change: ${await answer.text()}`);
}

let count = 0;

/** A person with an account of their own; its id. */
async function person(password = "right password"): Promise<string> {
  count += 1;
  const localId = `mem_${process.pid}_${Date.now()}_${count}`;
  const headers = { Authorization: "Bearer owner", "Content-Type": "application/json" };
  const body = JSON.stringify({ localId, email: mailOf(localId), password });
  const answer = await fetch(ACCOUNTS, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`The emulator refused an account: ${await answer.text()}`);
  return localId;
}

describe("signing in at Firebase", { timeout: 60_000 }, () => {
  const platform = new Platform();

  beforeAll(async () => {
    Object.defineProperty(globalThis, "location", { value: { origin: await platform.start() }, configurable: true });
  });
  afterAll(() => platform.stop());
  afterEach(async () => {
    platform.isAway = false;
    await (await opened()).leave();
    await closed();
  });

  /** The page is gone, and with it all but what the SDK has kept. */
  async function closed() {
    for (const app of getApps()) await deleteApp(app);
  }

  /** As a page that is opened anew. */
  async function opened() {
    await closed();
    // The client of the API reads its address when it is loaded.
    const { FirebaseSignIn } = await import("@/session/firebaseSignIn");
    return new FirebaseSignIn(CONFIGURATION, { auth: `http://${HOST}`, firestore: "127.0.0.1:1" });
  }

  async function member(role = "editor"): Promise<string> {
    const id = await person();
    platform.members.set(id, role);
    return id;
  }

  it("gives who the API says is there, and a token that the emulator has made", async () => {
    const id = await member();
    const signIn = await opened();
    expect(await signIn.restore()).toBeNull();
    expect(await signIn.token()).toBeNull();
    const session = await signIn.withPassword(mailOf(id), "right password");
    expect(session).toEqual({
      user: { id, email: mailOf(id), name: "Ada" },
      organisation: ORGANISATION,
      role: "editor",
    });
    expect(claimsOf((await signIn.token()) ?? "").user_id).toBe(id);
  });

  it("takes up the session that was kept when the page is opened anew, until it is left", async () => {
    const id = await member();
    const session = await (await opened()).withPassword(mailOf(id), "right password");
    const again = await opened();
    expect(await again.restore()).toEqual(session);
    await again.leave();
    expect(await (await opened()).restore()).toBeNull();
  });

  it.each([
    ["a wrong password", async () => mailOf(await member()), "The e-mail address or the password is wrong."],
    ["an address that nobody has", async () => "nobody@example.com", "The e-mail address or the password is wrong."],
    ["no address", async () => "nobody", "This is not an e-mail address."],
    [
      "an account that was disabled",
      async () => {
        const id = await member();
        await put({ localId: id, disableUser: true, password: "wrong password" });
        return mailOf(id);
      },
      "This account was disabled. Ask an admin of your organisation.",
    ],
  ])("says in plain words what is wrong with %s", async (_, address, detail) => {
    const signIn = await opened();
    const email = await address();
    await expect(signIn.withPassword(email, "wrong password")).rejects.toMatchObject({ status: 401, detail });
    expect(await signIn.token()).toBeNull();
  });

  it("signs out an account that belongs to no organisation", async () => {
    const stranger = await person();
    const signIn = await opened();
    await expect(signIn.withPassword(mailOf(stranger), "right password")).rejects.toMatchObject({ status: 401 });
    expect(await signIn.token()).toBeNull();
  });

  it("keeps an account that the API could not be asked about", async () => {
    const id = await member();
    const signIn = await opened();
    platform.isAway = true;
    await expect(signIn.withPassword(mailOf(id), "right password")).rejects.toMatchObject({ code: "offline" });
    expect(await signIn.token()).not.toBeNull();
    platform.isAway = false;
    expect((await signIn.restore())?.user.id).toBe(id);
  });

  it("signs in with the password that an invitation was accepted with", async () => {
    const id = await member("viewer");
    const signIn = await opened();
    expect((await signIn.accept(id, "chosen password")).role).toBe("viewer");
    await signIn.leave();
    await expect(signIn.withPassword(mailOf(id), "right password")).rejects.toMatchObject({ status: 401 });
  });

  it("tells who follows it of another person and of nobody, and no more once it is stopped", async () => {
    const [first, second] = [await member(), await member("admin")];
    const signIn = await opened();
    const heard: (string | null)[] = [];
    const stop = signIn.follow((now: Session | null | "ended") =>
      heard.push(typeof now === "string" ? now : (now?.user.id ?? null)),
    );
    await signIn.withPassword(mailOf(first), "right password");
    await vi.waitFor(() => expect(heard.at(-1)).toBe(first));
    await signIn.withPassword(mailOf(second), "right password");
    await vi.waitFor(() => expect(heard.at(-1)).toBe(second));
    await signIn.leave();
    await vi.waitFor(() => expect(heard.at(-1)).toBeNull());
    expect(await signIn.token()).toBeNull();
    const before = heard.length;
    stop();
    await signIn.withPassword(mailOf(first), "right password");
    expect(heard).toHaveLength(before);
  });

  it("gives each person a store of their own, and closes it when they leave", async () => {
    const id = await member();
    const signIn = await opened();
    await signIn.withPassword(mailOf(id), "right password");
    const store = await signIn.firestore();
    expect(await signIn.firestore()).toBe(store);
    await signIn.leave();
    const { doc, getDocFromCache } = await import("firebase/firestore");
    expect(() => getDocFromCache(doc(store, "orgs/org_1"))).toThrow(/terminated/);
  });

  it("says that Google's window cannot be shown where there is none", async () => {
    const signIn = await opened();
    await expect(signIn.withGoogle()).rejects.toMatchObject({ title: "Not signed in" });
  });
});
