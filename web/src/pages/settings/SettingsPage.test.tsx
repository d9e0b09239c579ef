import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { SettingsPage } from "@/pages/settings/SettingsPage";
import { problem, serving } from "@/testing/network";
import { ADA, renderPart, signedIn } from "@/testing/render";

const me = { user: { ...ADA.user, role: "admin" }, role: "admin", organisation: ADA.organisation, preferences: {} };
const organisation = {
  ...ADA.organisation,
  time_zone: "Europe/Berlin",
  day_starts_at: "2026-11-20T23:00:00Z",
  day_ends_at: "2026-11-21T23:00:00Z",
  created_at: "2026-01-01T00:00:00Z",
};

function serveSettings(more: Parameters<typeof serving>[0] = {}) {
  return serving({ ...more, "GET /v1/me": () => me, "GET /v1/organisation": () => organisation });
}

describe("the settings", () => {
  it("save one's name, and show it where one's name stands", async () => {
    const seen = serveSettings({
      "PATCH /v1/me": ({ body }) => ({ ...me, user: { ...me.user, ...(body as object) } }),
    });
    const { sessions } = renderPart(<SettingsPage />);
    const you = within(await screen.findByRole("region", { name: "You" }));
    const name = await you.findByLabelText("Name");
    await userEvent.clear(name);
    await userEvent.type(name, " Ada King ");
    await userEvent.click(you.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Your name is saved")).toBeVisible();
    expect(seen.at(-1)?.body).toEqual({ name: "Ada King" });
    expect(sessions.state()).toMatchObject({ session: { user: { name: "Ada King" } } });
  });

  it("say at the field what is wrong with it", async () => {
    const errors = [{ pointer: "/name", detail: "This is too long." }];
    serveSettings({ "PATCH /v1/organisation": () => problem(422, "Invalid.", errors) });
    renderPart(<SettingsPage />);
    const part = within(await screen.findByRole("region", { name: "Organisation" }));
    await userEvent.click(await part.findByRole("button", { name: "Save" }));
    expect(await part.findByText("This is too long.")).toBeVisible();
    expect(part.getByLabelText("Name")).toHaveAttribute("aria-invalid", "true");
  });

  it("keep what is being typed when they cannot be read once more", async () => {
    let isBroken = false;
    serving({
      "GET /v1/me": () => (isBroken ? problem(503, "Busy.") : me),
      "GET /v1/organisation": () => (isBroken ? problem(503, "Busy.") : organisation),
    });
    const { queries } = renderPart(<SettingsPage />);
    const [you, part] = await Promise.all(
      ["You", "Organisation"].map(async (name) => within(await screen.findByRole("region", { name }))),
    );
    const names = [await you?.findByLabelText("Name"), await part?.findByLabelText("Name")];
    isBroken = true;
    await act(() => queries.refetchQueries());
    expect(await part?.findByText("Busy.")).toBeVisible();
    for (const name of names) expect(name).toBeInTheDocument();
  });

  it("let nobody but admins change the organisation", async () => {
    serveSettings();
    renderPart(<SettingsPage />, { sessions: signedIn("editor") });
    const part = within(await screen.findByRole("region", { name: "Organisation" }));
    expect(await part.findByLabelText("Name")).toHaveAttribute("readonly");
    expect(part.queryByRole("button", { name: "Save" })).toBeNull();
  });

  it("ask for a password of 8 characters before anything is sent", async () => {
    const seen = serveSettings();
    renderPart(<SettingsPage />);
    const part = within(await screen.findByRole("region", { name: "Password" }));
    await userEvent.type(part.getByLabelText("Password now"), "old");
    await userEvent.type(part.getByLabelText("New password"), "short");
    await userEvent.click(part.getByRole("button", { name: "Change the password" }));
    expect(await part.findByText("Use at least 8 characters.")).toBeVisible();
    expect(seen.filter((one) => one.method === "POST")).toEqual([]);
  });

  it("show why they could not be read, and read them again", async () => {
    let isDown = true;
    serving({
      "GET /v1/me": () => (isDown ? problem(503, "Busy.") : me),
      "GET /v1/organisation": () => organisation,
    });
    renderPart(<SettingsPage />);
    const you = within(await screen.findByRole("region", { name: "You" }));
    await userEvent.click(await you.findByRole("button", { name: "Try again" }).finally(() => (isDown = false)));
    await waitFor(() => expect(you.getByLabelText("Name")).toHaveValue("Ada Lovelace"));
  });
});
