import { QueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { forgettingAll } from "@/session/forgetting";
import { SessionStore } from "@/session/SessionStore";
import { problem, type Seen, serving } from "@/testing/network";

const FAR = "2099-01-01T00:00:00Z";
const people: Record<string, { id: string; email: string; name: string; role: string }> = {
  "ada@example.com": { id: "mem_ada", email: "ada@example.com", name: "Ada", role: "editor" },
  "bob@example.com": { id: "mem_bob", email: "bob@example.com", name: "Bob", role: "viewer" },
};
const organisation = { id: "org_1", name: "Engines" };
const stores: SessionStore[] = [];

/** An API that knows tokens such as `ada@example.com/1`; those in `dead` have run out. */
function serveApi(dead: Set<string> = new Set(), expires_at = FAR) {
  let logins = 0;
  const bearer = ({ headers }: Seen) => (headers.get("Authorization") ?? "").replace("Bearer ", "");
  const whoever = (request: Seen, then: (email: string) => object) => {
    const token = bearer(request);
    return token === "" || dead.has(token) ? problem(401, "Sign in.") : then(token.split("/")[0] ?? "");
  };
  return serving({
    "GET /v1/config": () => ({ sign_in: "password", firebase: null, emulators: null, limits: {} }),
    "POST /v1/auth/login": ({ body }) => {
      const { email, password } = body as { email: string; password: string };
      if (password !== "right") return problem(401, "The e-mail address or the password is wrong.");
      logins += 1;
      return { token: `${email}/${logins}`, expires_at, user: people[email], organisation };
    },
    "GET /v1/me": (request) =>
      whoever(request, (email) => ({ user: people[email], role: people[email]?.role, organisation, preferences: {} })),
    "GET /v1/models": (request) => whoever(request, (email) => ({ models: [], for: email })),
  });
}

async function opened(): Promise<SessionStore> {
  const store = new SessionStore();
  stores.push(store);
  await store.start();
  return store;
}

afterEach(async () => {
  for (const store of stores.splice(0)) await store.leave().catch(() => {});
  sessionStorage.clear();
  localStorage.clear();
});

describe("a session at the API itself", () => {
  it("begins with nobody", async () => {
    serveApi();
    expect((await opened()).state()).toEqual({ status: "out" });
  });

  it("begins with a sign-in, and everything then asked is asked in that name", async () => {
    const seen = serveApi();
    const store = await opened();
    await store.withPassword("ada@example.com", "right");
    expect(store.state()).toMatchObject({ status: "in", session: { user: { name: "Ada" }, role: "editor" } });
    await answer(api.GET("/v1/models"));
    expect(seen.at(-1)?.headers.get("Authorization")).toBe("Bearer ada@example.com/1");
  });

  it("says of a wrong password what the API says, and lets nobody in", async () => {
    serveApi();
    const store = await opened();
    await expect(store.withPassword("ada@example.com", "wrong")).rejects.toMatchObject({ status: 401 });
    expect(store.state().status).toBe("out");
  });

  it("is there again after a reload, in the role of now", async () => {
    serveApi();
    await (await opened()).withPassword("ada@example.com", "right");
    stores.length = 0;
    expect((await opened()).state()).toMatchObject({ status: "in", session: { user: { id: "mem_ada" } } });
  });

  it("goes on, also after a reload, where this machine's clock is ahead of the API's by more than a sign-in lasts", async () => {
    serveApi(new Set(), new Date(Date.now() - 3_600_000).toISOString());
    const store = await opened();
    await store.withPassword("ada@example.com", "right");
    await new Promise((resolve) => setTimeout(resolve));
    expect(store.state().status).toBe("in");
    stores.length = 0;
    expect((await opened()).state()).toMatchObject({ status: "in", session: { user: { id: "mem_ada" } } });
  });

  it("that has ended ends no other tab's work when a new tab takes it up", async () => {
    const dead = new Set<string>();
    serveApi(dead);
    const store = await opened();
    const forget = vi.fn();
    store.onLeave(forget);
    await store.withPassword("ada@example.com", "right");
    dead.add("ada@example.com/1");
    void answer(api.GET("/v1/models")).catch(() => {});
    await vi.waitFor(() => expect(store.state().status).toBe("ended"));
    sessionStorage.clear();
    expect((await opened()).state()).toEqual({ status: "out" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(store.state().status).toBe("ended");
    expect(forget).not.toHaveBeenCalled();
  });

  it("is given to a new tab by those that are open", async () => {
    serveApi();
    await (await opened()).withPassword("ada@example.com", "right");
    sessionStorage.clear();
    expect((await opened()).state()).toMatchObject({ status: "in", session: { user: { id: "mem_ada" } } });
  });

  it("ends in every tab when it ends in one", async () => {
    serveApi();
    const one = await opened();
    await one.withPassword("ada@example.com", "right");
    sessionStorage.clear();
    const other = await opened();
    await one.leave();
    await vi.waitFor(() => expect(other.state().status).toBe("out"));
    expect(sessionStorage.length).toBe(0);
  });

  it("forgets all that was kept of the person who leaves, and nothing else", async () => {
    serveApi();
    const queries = new QueryClient();
    const store = await opened();
    store.onLeave(forgettingAll(queries));
    await store.withPassword("ada@example.com", "right");
    queries.setQueryData(["batches"], ["secret"]);
    localStorage.setItem("fanfold:draft", "secret");
    localStorage.setItem("mantine-color-scheme-value", "dark");
    await store.leave();
    expect(queries.getQueryCache().getAll()).toEqual([]);
    expect(localStorage.getItem("fanfold:draft")).toBeNull();
    expect(localStorage.getItem("mantine-color-scheme-value")).toBe("dark");
  });

  it("ends also where something could not be forgotten", async () => {
    serveApi();
    const store = await opened();
    const forgotten = vi.fn();
    const takeBack = store.onLeave(() => Promise.reject(new Error("The disk is full.")));
    store.onLeave(forgotten);
    await store.withPassword("ada@example.com", "right");
    await expect(store.leave()).rejects.toThrow("The disk is full.");
    takeBack();
    expect(store.state()).toEqual({ status: "out" });
    expect(forgotten).toHaveBeenCalledOnce();
  });

  it("holds what was refused until the person is back, and then sends it again", async () => {
    const dead = new Set<string>();
    serveApi(dead);
    const store = await opened();
    await store.withPassword("ada@example.com", "right");
    dead.add("ada@example.com/1");
    const asked = answer(api.GET("/v1/models"));
    await vi.waitFor(() => expect(store.state().status).toBe("ended"));
    await store.withPassword("ada@example.com", "right");
    expect(await asked).toMatchObject({ for: "ada@example.com" });
    expect(store.state().status).toBe("in");
  });

  it("sends nothing of one person in the name of the next", async () => {
    const dead = new Set<string>();
    serveApi(dead);
    const store = await opened();
    const forget = vi.fn();
    store.onLeave(forget);
    await store.withPassword("ada@example.com", "right");
    dead.add("ada@example.com/1");
    const asked = answer(api.GET("/v1/models"));
    await vi.waitFor(() => expect(store.state().status).toBe("ended"));
    await store.withPassword("bob@example.com", "right");
    await expect(asked).rejects.toMatchObject({ status: 401 });
    expect(forget).toHaveBeenCalledOnce();
  });

  it("does not ask the next person to sign in again for what the one before them could not send", async () => {
    const dead = new Set<string>();
    serveApi(dead);
    const store = await opened();
    await store.withPassword("ada@example.com", "right");
    dead.add("ada@example.com/1");
    const asked = answer(api.GET("/v1/models"));
    await vi.waitFor(() => expect(store.state().status).toBe("ended"));
    const later = answer(api.GET("/v1/models"));
    await store.withPassword("bob@example.com", "right");
    await expect(asked).rejects.toMatchObject({ status: 401 });
    await expect(later).rejects.toMatchObject({ status: 401 });
    expect(store.state()).toMatchObject({ status: "in", session: { user: { name: "Bob" } } });
  });

  it("says that the API is out of reach, and goes on when it is there", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    const store = await opened();
    expect(store.state()).toMatchObject({ status: "unreachable", problem: { title: "No connection" } });
    serveApi();
    await store.start();
    expect(store.state().status).toBe("out");
  });
});
