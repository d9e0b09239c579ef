import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { DeadLetterView } from "@/api/schema";
import { DeadLettersPage } from "@/pages/dead-letters/DeadLettersPage";
import { anItem } from "@/testing/batches";
import { serving } from "@/testing/network";
import { renderAt } from "@/testing/render";

const routes = [{ path: "/dead-letters", Component: DeadLettersPage }];
const error = { kind: "refused" as const, detail: "It names a person.", hint: "Describe the person." };
const LETTER = {
  ...anItem({ status: "failed", error, asset: null, prompt: "A baker at dawn" }),
  batch_name: "Autumn",
  can_requeue: true,
  hindrance: null,
  discarded_at: null,
  discarded_by: "",
  discard_reason: "",
} as DeadLetterView;
const page = (...letters: DeadLetterView[]) => ({ dead_letters: letters, next_page_token: "" });
const acted = (done: number, token = "") => ({
  done,
  batches: [{ batch: LETTER.batch, name: "Autumn", selected: done, done }],
  more: token !== "",
  next_page_token: token,
});

describe("the page of dead letters", () => {
  it("lists what its address asks for, and shows one with its reason and hint", async () => {
    const seen = serving({ "GET /v1/dead-letters": () => page(LETTER), "GET /v1/dead-letters/:id": () => LETTER });
    const { router } = renderAt(routes, "/dead-letters?kind=refused&q=baker");
    await userEvent.click(await screen.findByRole("button", { name: "A baker at dawn" }));
    const panel = await screen.findByRole("dialog", { name: "Failed image" });
    expect(await within(panel).findByText("Describe the person.")).toBeVisible();
    expect(router.state.location.search).toBe(`?kind=refused&q=baker&letter=${LETTER.id}`);
    expect(seen[0]?.query.get("kind")).toBe("refused");
    expect(seen[0]?.query.get("q")).toBe("baker");
  });

  it("is searched while one types, and keeps the focus where one types", async () => {
    serving({ "GET /v1/dead-letters": () => page(LETTER) });
    const { router } = renderAt(routes, "/dead-letters");
    const field = await screen.findByLabelText("Words of the prompt or the reason");
    await userEvent.type(field, "baker");
    await waitFor(() => expect(router.state.location.search).toBe("?q=baker"));
    await userEvent.keyboard(" at");
    await waitFor(() => expect(router.state.location.search).toBe("?q=baker+at"));
  });

  it("tries all that match again, page by page, with what was changed", async () => {
    const seen = serving({
      "GET /v1/dead-letters": () => page(LETTER),
      "POST /v1/dead-letters:requeue": ({ body }) =>
        (body as { page_token?: string }).page_token === undefined ? acted(1_000, "next") : acted(3),
    });
    renderAt(routes, "/dead-letters?kind=refused");
    await userEvent.click(await screen.findByRole("button", { name: "All that match" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Try all again" }));
    const form = await screen.findByRole("dialog", { name: "Try failed images again" });
    await userEvent.type(within(form).getByLabelText("Another model"), "preview");
    await userEvent.click(within(form).getByLabelText("Without a seed"));
    await userEvent.click(within(form).getByRole("button", { name: "Try again" }));
    expect(await within(form).findByText("1003 images are queued again.")).toBeVisible();
    const sent = seen.filter(({ method }) => method === "POST");
    expect(sent.map(({ body }) => body)).toEqual([
      { filter: { kind: "refused" }, changes: { model: "preview", seed: null } },
      { filter: { kind: "refused" }, page_token: "next", changes: { model: "preview", seed: null } },
    ]);
    expect(new Set(sent.map(({ headers }) => headers.get("Idempotency-Key"))).size).toBe(2);
  });

  it("discards what is ticked, with a reason and not without", async () => {
    const seen = serving({
      "GET /v1/dead-letters": () => page(LETTER),
      "POST /v1/dead-letters:discard": () => acted(1),
    });
    renderAt(routes, "/dead-letters");
    await userEvent.click(await screen.findByRole("checkbox", { name: "Tick: A baker at dawn" }));
    await userEvent.click(screen.getByRole("button", { name: "Discard" }));
    const form = await screen.findByRole("dialog", { name: "Discard failed images" });
    await userEvent.click(within(form).getByRole("button", { name: "Discard" }));
    expect(await within(form).findByText(/Say why/)).toBeVisible();
    await userEvent.type(within(form).getByLabelText("Reason"), "Withdrawn");
    await userEvent.click(within(form).getByRole("button", { name: "Discard" }));
    expect(await within(form).findByText("1 image is discarded.")).toBeVisible();
    await waitFor(() =>
      expect(seen.find(({ method }) => method === "POST")?.body).toEqual({ items: [LETTER.id], reason: "Withdrawn" }),
    );
  });
});
