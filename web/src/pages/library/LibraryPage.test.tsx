import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { anAsset } from "@/testing/assets";
import { problem, type Seen, serving } from "@/testing/network";
import { renderAt } from "@/testing/render";
import { LibraryPage } from "./LibraryPage";

const PAGES = [
  { path: "/library", Component: LibraryPage },
  { path: "/batches", element: <p>All batches</p> },
];
const NOTHING = { assets: [], next_page_token: "" };

/** An API without a matching image; `assets` may say otherwise. */
function serveLibrary(assets: (request: Seen) => object = () => NOTHING) {
  return serving({
    "GET /v1/assets": assets,
    "GET /v1/models": () => ({ models: [{ id: "preview", title: "Preview" }], next_page_token: "" }),
    "GET /v1/batches/:id": () => ({ name: "Autumn" }),
  });
}

describe("the library", () => {
  it("asks for what its address says, and names it on its filters", async () => {
    const seen = serveLibrary();
    renderAt(PAGES, "/library?q=teal&model=preview&batch=bat_a&rating=unrated&picked=yes&sort=oldest");
    await screen.findByText("No image fits");
    const [asked] = seen.filter(({ path }) => path === "/v1/assets");
    const said = Object.fromEntries(asked?.query ?? []);
    expect(said).toMatchObject({
      q: "teal",
      model: "preview",
      batch: "bat_a",
      rated: "false",
      picked: "true",
      sort: "oldest",
    });
    expect(await screen.findByRole("button", { name: "Model Preview" })).toBeVisible();
    expect(await screen.findByRole("button", { name: "Batch Autumn" })).toBeVisible();
    expect(screen.getByRole("button", { name: "Rating Not rated yet" })).toBeVisible();
  });

  it("clears all filters but keeps the order, and a step back brings them back", async () => {
    serveLibrary();
    const { router } = renderAt(PAGES, "/library?q=teal&sort=oldest");
    await userEvent.click(await screen.findByRole("button", { name: "Clear filters" }));
    expect(router.state.location.search).toBe("?sort=oldest");
    expect(await screen.findByText("Your images will be here")).toBeVisible();
    await router.navigate(-1);
    await waitFor(() => expect(screen.getByLabelText("Search prompts and tags")).toHaveValue("teal"));
  });

  it("puts typed words into its address", async () => {
    serveLibrary();
    const { router } = renderAt(PAGES, "/library?picked=yes");
    await userEvent.type(await screen.findByLabelText("Search prompts and tags"), "coral vase{Enter}");
    await waitFor(() => expect(router.state.location.search).toBe("?q=coral+vase&picked=yes"));
  });

  it("leads to the batches that the same words find", async () => {
    serveLibrary();
    const { router } = renderAt(PAGES, "/library?q=teal&picked=yes");
    await userEvent.click(await screen.findByText("Batches"));
    await screen.findByText("All batches");
    expect(router.state.location.search).toBe("?q=teal");
  });

  describe("choosing all", () => {
    const pageOf = (page: number, size: number) => ({
      assets: Array.from({ length: size }, (_, at) => anAsset({ id: `ast_${page}_${at}` })),
      next_page_token: page < 2 ? String(page + 1) : "",
    });

    it("reads on to the last image that matches, and chooses it too", async () => {
      serveLibrary(({ query }) => {
        const page = Number(query.get("page_token") ?? 0);
        return pageOf(page, page < 2 ? 60 : 5);
      });
      renderAt(PAGES, "/library?q=teal");
      await screen.findByText("60+ images");
      await userEvent.click(screen.getByRole("button", { name: "Choose" }));
      await userEvent.click(await screen.findByRole("button", { name: "All that match" }));
      expect(await screen.findByText("125 chosen")).toBeVisible();
      expect(screen.queryByRole("button", { name: /^All/ })).toBeNull();
      expect(await screen.findByText("125 images")).toBeVisible();
    });

    it("chooses nothing of a list that breaks off", async () => {
      serveLibrary(({ query }) => (query.has("page_token") ? problem(400, "No more for now.") : pageOf(0, 60)));
      renderAt(PAGES, "/library?q=teal");
      await userEvent.click(await screen.findByRole("button", { name: "Choose" }));
      await userEvent.click(await screen.findByRole("button", { name: "All that match" }));
      expect(await screen.findByText("No more for now.")).toBeVisible();
      expect(screen.queryByText(/chosen$/)).toBeNull();
    });
  });

  it("says what went wrong, and asks again", async () => {
    let isBroken = true;
    serveLibrary(() => (isBroken ? problem(422, "Give at least one word.") : NOTHING));
    renderAt(PAGES, "/library?q=%21");
    expect(await screen.findByText("Give at least one word.")).toBeVisible();
    isBroken = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("No image fits")).toBeVisible();
  });
});
