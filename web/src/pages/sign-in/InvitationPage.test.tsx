import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { InvitationPage } from "@/pages/sign-in/InvitationPage";
import { SessionStore } from "@/session/SessionStore";
import { problem, serving } from "@/testing/network";
import { ADA, renderAt } from "@/testing/render";

const ROUTES = [
  { path: "/invitation", element: <InvitationPage /> },
  { path: "/batches", element: <h1>Batches</h1> },
];

const MARA = { email: "mara@halden.example", name: "Mara Voss", organisation: "Halden", is_new: true };

async function open(address: string, accepted: () => object, invited: () => object = () => MARA) {
  const seen = serving({
    "POST /v1/auth/invitation": invited,
    "GET /v1/config": () => ({ sign_in: "password", firebase: null, emulators: null, limits: {} }),
    "POST /v1/auth/accept": accepted,
  });
  const sessions = new SessionStore();
  await sessions.start();
  renderAt(ROUTES, address, { sessions });
  return { seen, sessions };
}

async function choose(password: string, again = password) {
  await userEvent.type(screen.getByLabelText("New password"), password);
  await userEvent.type(screen.getByLabelText("The same again"), again);
  await userEvent.click(screen.getByRole("button", { name: "Set the password" }));
}

describe("an invitation", () => {
  it("sets the password with the token of the link, and lets its owner in", async () => {
    const login = { token: "t", expires_at: "2099-01-01T00:00:00Z", user: { ...ADA.user, role: "editor" } };
    const { seen, sessions } = await open("/invitation#inv_secret", () => ({
      ...login,
      organisation: ADA.organisation,
    }));
    await choose("long enough");
    expect(await screen.findByRole("heading", { name: "Batches" })).toBeVisible();
    expect(seen.at(-1)?.body).toEqual({ token: "inv_secret", password: "long enough" });
    await sessions.leave();
  });

  it("asks again for two that are not the same, and says of a used link what the API says", async () => {
    const { seen, sessions } = await open("/invitation#inv_used", () => problem(401, "This invitation was used."));
    await choose("long enough", "another one");
    expect(await screen.findByText("The two are not the same.")).toBeVisible();
    expect(seen.some((one) => one.path === "/v1/auth/accept")).toBe(false);
    await userEvent.clear(screen.getByLabelText("The same again"));
    await userEvent.type(screen.getByLabelText("The same again"), "long enough{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("This invitation was used.");
    await sessions.leave();
  });

  it("tells whom it lets in and where to before a password is chosen", async () => {
    const { seen, sessions } = await open("/invitation#inv_secret", () => ({}));
    expect(await screen.findByRole("heading", { name: "Welcome, Mara Voss" })).toBeVisible();
    expect(screen.getByText("Choose a password for mara@halden.example, and you are in at Halden.")).toBeVisible();
    expect(seen.at(-1)?.body).toEqual({ token: "inv_secret" });
    await sessions.leave();
  });

  it("says of a link that has ended why, before a password is chosen", async () => {
    const { sessions } = await open(
      "/invitation#inv_used",
      () => ({}),
      () => problem(401, "This invitation was used."),
    );
    expect(await screen.findByRole("alert")).toHaveTextContent("This invitation was used.");
    expect(screen.queryByLabelText("New password")).toBeNull();
    await sessions.leave();
  });

  it("says of a link that was cut off that it is not whole", async () => {
    const { sessions } = await open("/invitation", () => ({}));
    expect(await screen.findByText(/This link is not whole/)).toBeVisible();
    await sessions.leave();
  });
});
