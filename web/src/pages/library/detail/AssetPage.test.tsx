import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { anAsset } from "@/testing/assets";
import { problem, serving } from "@/testing/network";
import { renderAt, signedIn } from "@/testing/render";
import { AssetPage } from "./AssetPage";

const PAGES = [
  { path: "/library/:asset", Component: AssetPage },
  { path: "/library", element: <p>The library</p> },
];
const ALL = ["ast_newest", "ast_middle", "ast_oldest"].map((id) => anAsset({ id, tags: ["hero"] }));
const DONE = ({ body }: { body: unknown }) => ({
  outcomes: (body as { ids: string[] }).ids.map((id) => ({ id, outcome: "done", detail: "" })),
});

function serveImages() {
  return serving({
    "GET /v1/assets": () => ({ assets: ALL, next_page_token: "" }),
    "GET /v1/assets/:id": ({ path }) =>
      ALL.find(({ id }) => path.endsWith(id)) ?? problem(404, "There is no such image."),
    "GET /v1/batches/:id": () => ({ name: "Autumn" }),
    "POST /v1/assets:urls": () => problem(404, "No links here."),
    "POST /v1/assets:rate": DONE,
    "POST /v1/assets:tag": DONE,
    "POST /v1/assets:pick": DONE,
    "POST /v1/assets:delete": DONE,
  });
}

describe("an image's own page", () => {
  it("leads by keys through what the library shows, and back to it", async () => {
    serveImages();
    const { router } = renderAt(PAGES, "/library/ast_middle?tag=hero");
    expect(await screen.findByRole("heading", { level: 1, name: "Autumn row 1" })).toBeVisible();
    await waitFor(() => expect(screen.getByRole("button", { name: "Next image (→)" })).toBeEnabled());
    await userEvent.keyboard("{ArrowRight}");
    expect(`${router.state.location.pathname}${router.state.location.search}`).toBe("/library/ast_oldest?tag=hero");
    await waitFor(() => expect(screen.getByRole("button", { name: "Next image (→)" })).toBeDisabled());
    await userEvent.keyboard("{Escape}");
    expect(await screen.findByText("The library")).toBeVisible();
    expect(router.state.location).toMatchObject({ search: "?tag=hero", state: { from: "ast_oldest" } });
  });

  it("shows a rating at once and sends it", async () => {
    const seen = serveImages();
    renderAt(PAGES, "/library/ast_middle");
    await userEvent.click(await screen.findByRole("radio", { name: "4" }));
    expect(screen.getByText("Excellent")).toBeVisible();
    await waitFor(() =>
      expect(seen.at(-1)).toMatchObject({ path: "/v1/assets:rate", body: { ids: ["ast_middle"], rating: 4 } }),
    );
  });

  it("goes to the next one when it was deleted", async () => {
    serveImages();
    const { router } = renderAt(PAGES, "/library/ast_middle");
    await waitFor(async () => expect(await screen.findByRole("button", { name: "Next image (→)" })).toBeEnabled());
    await userEvent.click(screen.getByRole("button", { name: "Delete" }));
    await userEvent.click(await screen.findByRole("button", { name: "Delete it" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/library/ast_oldest"));
  });

  it("offers those who may only look nothing but to look", async () => {
    serveImages();
    renderAt(PAGES, "/library/ast_middle", { sessions: signedIn("viewer") });
    await screen.findByRole("heading", { level: 1 });
    expect(screen.queryByRole("button", { name: /Use this recipe|Delete|Pick/ })).toBeNull();
    expect(screen.queryByRole("radio")).toBeNull();
    expect(screen.getByText("hero")).toBeVisible();
  });

  it("says that an image is not there, and leads back", async () => {
    serveImages();
    renderAt(PAGES, "/library/ast_gone?q=teal");
    expect(await screen.findByText("There is no such image.")).toBeVisible();
    expect(screen.getByRole("link", { name: "Back to the library" })).toHaveAttribute("href", "/library?q=teal");
  });
});
