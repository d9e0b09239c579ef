import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { KeyView } from "@/api/schema";
import { KeysPage } from "@/pages/keys/KeysPage";
import { problem, serving } from "@/testing/network";
import { renderPart } from "@/testing/render";

const KEY: KeyView = {
  id: "key_1",
  name: "Product sheet",
  role: "editor",
  hint: "ff_abc",
  created_at: "2026-11-01T10:00:00Z",
  created_by: "mem_ada",
  last_used_at: null,
  revoked_at: null,
};
const names = { "POST /v1/members:names": () => ({ names: { mem_ada: "Ada Lovelace" } }) };

describe("the page of keys", () => {
  it("tells when each was last used, and which never was", async () => {
    const used = {
      ...KEY,
      id: "key_2",
      name: "Shop",
      last_used_at: new Date(Date.now() - 2 * 3_600_000).toISOString(),
    };
    serving({ ...names, "GET /v1/keys": () => ({ keys: [KEY, used], next_page_token: "" }) });
    renderPart(<KeysPage />);
    const row = async (name: string) => within(await screen.findByRole("row", { name: new RegExp(name) }));
    expect((await row("Product sheet")).getByRole("cell", { name: "Never" })).toBeVisible();
    expect((await row("Shop")).getByRole("cell", { name: "2 hours ago" })).toBeVisible();
  });

  it("shows a new key this once", async () => {
    serving({
      ...names,
      "GET /v1/keys": () => ({ keys: [], next_page_token: "" }),
      "POST /v1/keys": () => ({ ...KEY, key: "ff_abc_the_whole_key" }),
    });
    renderPart(<KeysPage />);
    expect(await screen.findByText("No keys yet")).toBeVisible();
    await userEvent.click(screen.getAllByRole("button", { name: "Create key" })[0] as HTMLElement);
    const form = await screen.findByRole("dialog");
    await userEvent.type(within(form).getByLabelText("Name"), "Product sheet");
    await userEvent.click(within(form).getByRole("button", { name: "Create key" }));
    expect(await screen.findByText("ff_abc_the_whole_key")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Done" }));
    await waitFor(() => expect(screen.queryByText("ff_abc_the_whole_key")).toBeNull());
  });

  it("shows what is wrong with a name at its field", async () => {
    serving({
      "GET /v1/keys": () => ({ keys: [], next_page_token: "" }),
      "POST /v1/keys": () => problem(422, "Mend it.", [{ pointer: "/name", detail: "Use fewer letters." }]),
    });
    renderPart(<KeysPage />);
    await userEvent.click((await screen.findAllByRole("button", { name: "Create key" }))[0] as HTMLElement);
    const form = await screen.findByRole("dialog");
    await userEvent.type(within(form).getByLabelText("Name"), "A");
    await userEvent.click(within(form).getByRole("button", { name: "Create key" }));
    await waitFor(() => expect(within(form).getByLabelText("Name")).toHaveAccessibleDescription(/Use fewer letters/));
  });

  it("revokes a key only after asking, and shows revoked ones when they are wanted", async () => {
    const seen = serving({
      ...names,
      "GET /v1/keys": () => ({
        keys: [KEY, { ...KEY, id: "key_2", name: "Old sheet", revoked_at: "2026-11-02T10:00:00Z" }],
        next_page_token: "",
      }),
      "DELETE /v1/keys/:id": () => new Response(null, { status: 204 }),
    });
    renderPart(<KeysPage />);
    await userEvent.click(await screen.findByRole("button", { name: "Revoke Product sheet" }));
    await userEvent.click(await screen.findByRole("button", { name: "Cancel" }));
    expect(seen.some(({ method }) => method === "DELETE")).toBe(false);
    await userEvent.click(screen.getByRole("button", { name: "Revoke Product sheet" }));
    await userEvent.click(await screen.findByRole("button", { name: "Revoke key" }));
    await waitFor(() => expect(seen.find(({ method }) => method === "DELETE")?.path).toBe("/v1/keys/key_1"));
    expect(screen.queryByText("Old sheet")).toBeNull();
    await userEvent.click(screen.getByRole("switch", { name: "Show revoked keys" }));
    expect(await screen.findByText("Old sheet")).toBeVisible();
  });
});
