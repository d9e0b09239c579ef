import "fake-indexeddb/auto";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { problem, type Seen, serving } from "@/testing/network";
import { renderPart } from "@/testing/render";
import { DraftList } from "./DraftList";

/** The API with so many drafts, the newest first; `kept` refuses to go. */
function keeping(number: number, kept = ""): { left: () => string[]; leaving: Promise<void> } {
  const drafts = Array.from({ length: number }, (_, index) => ({
    id: `dft_${index + 1}`,
    name: `Draft ${index + 1}`,
    rows: 2,
    bytes: 9,
    revision: 1,
    created_at: "2026-11-01T10:00:00Z",
    changed_at: `2026-11-01T10:${String(59 - index).padStart(2, "0")}:00Z`,
  }));
  const gone = new Set<string>();
  const left = () => drafts.filter(({ id }) => !gone.has(id));
  serving({
    "GET /v1/drafts": () => ({ drafts: left(), next_page_token: "" }),
    "DELETE /v1/drafts/:id": async ({ path }: Seen) => {
      await api.leaving;
      const id = path.split("/").at(-1) ?? "";
      if (id === kept) return problem(403, "Not this one.");
      gone.add(id);
      return new Response(null, { status: 204 });
    },
  });
  const api = { left: () => left().map(({ name }) => name), leaving: Promise.resolve() };
  return api;
}

const names = () => screen.queryAllByRole("link").map((link) => link.getAttribute("aria-label"));
const agree = async () => {
  const question = await screen.findByRole("dialog");
  await userEvent.click(within(question).getByRole("button", { name: "Delete" }));
};

it("shows the newest three of many drafts, and all when asked", async () => {
  keeping(5);
  renderPart(<DraftList />);
  const all = await screen.findByRole("button", { name: "All 5 drafts" });
  expect(names()).toEqual(["Continue Draft 1", "Continue Draft 2", "Continue Draft 3"]);
  expect(all).toHaveAttribute("aria-expanded", "false");
  await userEvent.click(all);
  expect(names()).toHaveLength(5);
  await userEvent.click(screen.getByRole("button", { name: "The newest alone" }));
  expect(names()).toHaveLength(3);
});

it("shows three without more ado", async () => {
  keeping(3);
  renderPart(<DraftList />);
  expect(await screen.findAllByRole("link")).toHaveLength(3);
  expect(screen.queryByRole("button", { name: /All/ })).toBeNull();
});

it("deletes those that are chosen, and nothing else", async () => {
  const api = keeping(5);
  renderPart(<DraftList />);
  await userEvent.click(await screen.findByRole("button", { name: "All 5 drafts" }));
  expect(screen.getByRole("button", { name: "Delete chosen" })).toBeDisabled();
  await userEvent.click(screen.getByRole("checkbox", { name: "Choose Draft 2" }));
  await userEvent.click(screen.getByRole("checkbox", { name: "Choose Draft 5" }));
  expect(screen.getByRole("checkbox", { name: "2 drafts chosen" })).toBePartiallyChecked();
  await userEvent.click(screen.getByRole("button", { name: "Delete chosen" }));
  expect(await screen.findByText("Delete 2 drafts?")).toBeVisible();
  await agree();
  await waitFor(() => expect(names()).toHaveLength(3));
  expect(api.left()).toEqual(["Draft 1", "Draft 3", "Draft 4"]);
});

it("deletes all at once, and says where one stays", async () => {
  const api = keeping(4, "dft_3");
  renderPart(<DraftList />);
  await userEvent.click(await screen.findByRole("button", { name: "All 4 drafts" }));
  await userEvent.click(screen.getByRole("checkbox", { name: "Choose all" }));
  await userEvent.click(screen.getByRole("button", { name: "Delete chosen" }));
  await agree();
  expect(await screen.findByText("Not all drafts were deleted")).toBeVisible();
  await waitFor(() => expect(names()).toEqual(["Continue Draft 3", "Continue Draft 4"]));
  expect(api.left()).toEqual(["Draft 3", "Draft 4"]);
});

it("shows which ones are leaving until they have left", async () => {
  const api = keeping(2);
  let leave = () => {};
  api.leaving = new Promise((resolve) => {
    leave = resolve;
  });
  renderPart(<DraftList />);
  await userEvent.click(await screen.findByRole("button", { name: "Delete Draft 2" }));
  await agree();
  await waitFor(() => expect(screen.getByRole("button", { name: "Delete Draft 2" })).toHaveAttribute("data-loading"));
  expect(screen.getByRole("button", { name: "Delete Draft 1" })).not.toHaveAttribute("data-loading");
  leave();
  await waitFor(() => expect(names()).toEqual(["Continue Draft 1"]));
});
