import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { MemberView } from "@/api/schema";
import { MembersPage } from "@/pages/members/MembersPage";
import { serving } from "@/testing/network";
import { renderPart, signedIn } from "@/testing/render";

const ADA: MemberView = {
  id: "mem_ada",
  email: "ada@example.com",
  name: "Ada Lovelace",
  role: "admin",
  status: "active",
  created_at: "2026-11-01T10:00:00Z",
  disabled_at: null,
  removed_at: null,
};
const page = (...members: MemberView[]) => ({ members, next_page_token: "" });

function lastAdmin(): Response {
  const body = { title: "Last", status: 409, detail: "x", code: "last-admin", request_id: "req_1", errors: [] };
  return Response.json(body, { status: 409 });
}

async function chooseInMenu(item: string) {
  await userEvent.click(await screen.findByRole("button", { name: "Acts for Ada Lovelace" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: item }));
}

describe("the page of members", () => {
  it("says to others than admins whom to ask, and asks for nothing", async () => {
    const seen = serving({});
    renderPart(<MembersPage />, { sessions: signedIn("editor") });
    expect(await screen.findByText(/Ask an admin of Analytical Engines/)).toBeVisible();
    expect(seen).toEqual([]);
  });

  it("shows the link of an invitation once, with its secret behind the #", async () => {
    const invitation = { token: "inv_secret", expires_at: "2099-01-01T00:00:00Z" };
    const seen = serving({
      "GET /v1/members": () => page(ADA),
      "POST /v1/members": () => ({ ...ADA, id: "mem_bob", name: "Bob", status: "invited", invitation }),
    });
    renderPart(<MembersPage />);
    await userEvent.click(await screen.findByRole("button", { name: "Invite member" }));
    const form = await screen.findByRole("dialog", { name: "Invite a member" });
    await userEvent.type(within(form).getByLabelText("Name"), "Bob");
    await userEvent.type(within(form).getByLabelText("E-mail"), "bob@example.com ");
    await userEvent.click(within(form).getByRole("radio", { name: "Viewer" }));
    await userEvent.click(within(form).getByRole("button", { name: "Invite" }));
    expect(await screen.findByText(/\/invitation#inv_secret$/)).toBeVisible();
    const sent = seen.find(({ method }) => method === "POST");
    expect(sent?.body).toEqual({ name: "Bob", email: "bob@example.com", role: "viewer" });
    expect(sent?.headers.get("Idempotency-Key")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Done" }));
    await waitFor(() => expect(screen.queryByText(/inv_secret/)).toBeNull());
  });

  it("says in words that the last admin stays, in the form and after an act", async () => {
    serving({
      "GET /v1/members": () => page(ADA),
      "PATCH /v1/members/:id": lastAdmin,
      "DELETE /v1/members/:id": lastAdmin,
    });
    renderPart(<MembersPage />);
    await chooseInMenu("Change name or role");
    await userEvent.click(await screen.findByRole("radio", { name: "Editor" }));
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByRole("alert")).toHaveTextContent(/last admin.*Make somebody else an admin first/);
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    await chooseInMenu("Remove");
    await userEvent.click(await screen.findByRole("button", { name: "Remove member" }));
    expect(await screen.findByText("Ada Lovelace could not be removed")).toBeVisible();
  });
});
