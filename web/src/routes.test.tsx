import { screen } from "@testing-library/react";
import { routes } from "@/routes";
import { renderAt } from "@/testing/render";

const HEADINGS: Record<string, string> = {
  "/library": "Library",
  "/settings": "Settings",
  "/nowhere": "Page not found",
};

describe("the route table", () => {
  it.each(Object.entries(HEADINGS))("leads %s to the page that is called %s", async (address, heading) => {
    renderAt(routes, address);
    expect(await screen.findByRole("heading", { level: 1, name: heading })).toBeVisible();
    expect(document.title).toBe(`${heading} · Fanfold`);
  });
});
