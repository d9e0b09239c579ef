import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { routes } from "@/routes";
import { SessionStore } from "@/session/SessionStore";
import { problem, serving } from "@/testing/network";
import { ADA, renderAt, signedIn } from "@/testing/render";

const nothing = () => problem(503, "Not in this test.");

const stores: SessionStore[] = [];

async function nobody(): Promise<SessionStore> {
  const store = new SessionStore();
  stores.push(store);
  await store.start();
  return store;
}

function serveSignIn() {
  return serving({
    "GET /v1/config": () => ({ sign_in: "password", firebase: null, emulators: null, limits: {} }),
    "POST /v1/auth/login": ({ body }) =>
      (body as { password: string }).password === "right"
        ? { token: "t", expires_at: "2099-01-01T00:00:00Z", user: { ...ADA.user, role: "viewer" }, organisation: {} }
        : problem(401, "The e-mail address or the password is wrong."),
    "GET /:any": nothing,
  });
}

// Another test's tab would give its session to this one's.
afterEach(async () => {
  for (const store of stores.splice(0)) await store.leave();
});

describe("the route table", () => {
  beforeEach(() => {
    serving({ "GET /:any": nothing });
  });

  it("leads an address that nobody knows to a page that says so", async () => {
    renderAt(routes, "/nowhere");
    expect(await screen.findByRole("heading", { level: 1, name: "Page not found" })).toBeVisible();
    expect(document.title).toBe("Page not found · Fanfold");
  });

  it("leads who is not signed in to the sign-in, and from there to the page that was asked for", async () => {
    serveSignIn();
    const { router } = renderAt(routes, "/nowhere?model=a", { sessions: await nobody() });
    expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
    await userEvent.type(screen.getByLabelText("E-mail"), "ada@example.com");
    await userEvent.type(screen.getByLabelText("Password"), "right{Enter}");
    expect(await screen.findByRole("heading", { name: "Page not found" })).toBeVisible();
    expect(router.state.location).toMatchObject({ pathname: "/nowhere", search: "?model=a" });
  });

  it("keeps who gives a wrong password at the form, with the reason and the address they typed", async () => {
    serveSignIn();
    renderAt(routes, "/sign-in", { sessions: await nobody() });
    await userEvent.type(await screen.findByLabelText("E-mail"), "ada@example.com");
    await userEvent.type(screen.getByLabelText("Password"), "wrong{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("The e-mail address or the password is wrong.");
    expect(screen.getByLabelText("E-mail")).toHaveValue("ada@example.com");
    expect(screen.getByLabelText("Password")).toHaveValue("");
  });

  it("asks again over the page when the session has ended", async () => {
    const sessions = signedIn();
    renderAt(routes, "/nowhere", { sessions });
    await screen.findByRole("heading", { name: "Page not found" });
    sessions.refused();
    expect(await screen.findByRole("dialog", { name: "Sign in again" })).toBeVisible();
    expect(screen.getByLabelText("E-mail")).toHaveValue(ADA.user.email);
    expect(screen.getByText("Page not found")).toBeInTheDocument();
  });

  it("shows each role only the places that it leads to", async () => {
    renderAt(routes, "/nowhere", { sessions: signedIn("viewer") });
    await screen.findByRole("heading", { name: "Page not found" });
    expect(screen.getAllByRole("link", { name: "Library" })).not.toEqual([]);
    expect(screen.queryByRole("link", { name: "Members" })).toBeNull();
    expect(screen.queryByRole("link", { name: "New batch" })).toBeNull();
  });
});
