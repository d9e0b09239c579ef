import { screen } from "@testing-library/react";
import { PageFailed } from "@/layout/PageFailed";
import { serving } from "@/testing/network";
import { renderAt } from "@/testing/render";

it("calls a page's own mistake by its name, not a lost connection", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  serving({});
  const Broken = () => {
    throw new TypeError("column.target.startsWith is not a function");
  };
  renderAt([{ path: "/", ErrorBoundary: PageFailed, Component: Broken }], "/");
  expect(await screen.findByText("Something went wrong on this page")).toBeVisible();
});
