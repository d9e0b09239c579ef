import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Outlet } from "react-router";
import { Shell } from "@/layout/Shell";
import { problem, serving } from "@/testing/network";
import { renderAt } from "@/testing/render";

declare const happyDOM: { setViewport: (size: { width: number; height: number }) => void };

const page = (title: string) => (
  <h1 data-page-heading tabIndex={-1}>
    {title}
    <Outlet />
  </h1>
);
const routes = [
  {
    Component: Shell,
    children: [
      { path: "/batches", element: page("Batches") },
      { path: "/library", element: page("Library") },
    ],
  },
];

const menu = () => screen.getByRole("navigation", { name: "Main" });
const opener = () => screen.getByRole("button", { name: /the menu$/ });

async function onAPhone() {
  happyDOM.setViewport({ width: 390, height: 844 });
  serving({ "GET /:any": () => problem(503, "Not in this test.") });
  const { router } = renderAt(routes, "/batches");
  await screen.findByRole("heading", { name: "Batches" });
  return router;
}

describe("a phone's menu", () => {
  afterEach(() => happyDOM.setViewport({ width: 1024, height: 768 }));

  it("is out of reach while it is closed, and the page is while it is open", async () => {
    await onAPhone();
    expect(menu()).toHaveAttribute("inert");
    expect(opener()).toHaveAttribute("aria-expanded", "false");
    await userEvent.click(opener());
    expect(menu()).not.toHaveAttribute("inert");
    expect(opener()).toHaveAttribute("aria-expanded", "true");
    expect(screen.getByRole("main")).toHaveAttribute("inert");
    expect(menu()).toContainElement(document.activeElement as HTMLElement);
  });

  it("gives the focus back to its button when Esc closes it", async () => {
    await onAPhone();
    await userEvent.click(opener());
    await userEvent.keyboard("{Escape}");
    expect(menu()).toHaveAttribute("inert");
    expect(opener()).toHaveFocus();
  });

  it("closes when another page is chosen, whose heading has the focus then", async () => {
    const router = await onAPhone();
    await userEvent.click(opener());
    await userEvent.click(screen.getAllByRole("link", { name: "Library" })[0] as HTMLElement);
    expect(router.state.location.pathname).toBe("/library");
    expect(await screen.findByRole("heading", { name: "Library" })).toHaveFocus();
    expect(menu()).toHaveAttribute("inert");
  });

  it("closes for a page that a shortcut leads to", async () => {
    await onAPhone();
    await userEvent.click(opener());
    await userEvent.keyboard("gl");
    expect(await screen.findByRole("heading", { name: "Library" })).toHaveFocus();
    expect(menu()).toHaveAttribute("inert");
  });
});

it("on a desktop the navigation is always there", async () => {
  serving({ "GET /:any": () => problem(503, "Not in this test.") });
  renderAt(routes, "/batches");
  expect(await screen.findByRole("navigation", { name: "Main" })).not.toHaveAttribute("inert");
});
