import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ItemView } from "@/api/schema";
import { anItem } from "@/testing/batches";
import { renderPart } from "@/testing/render";
import { ItemForm } from "./ItemForm";

const FAILED = anItem({ status: "failed", asset: null, error: { kind: "refused", detail: "No.", hint: "" } });

interface Sent {
  method: string;
  path: string;
  body: unknown;
  revision: string | null;
}

/** Stands in for the network: lists no models, and gives this answer to the act. */
function network(status: number, answer: unknown): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/models") return Response.json({ models: [], next_page_token: "" });
    sent.push({
      method: request.method,
      path: pathname,
      body: await request.json(),
      revision: request.headers.get("If-Match"),
    });
    return Response.json(answer, { status });
  });
  return sent;
}

function show(item: ItemView) {
  const done = vi.fn();
  renderPart(<ItemForm item={item} onDone={done} onCancel={() => {}} />);
  return done;
}

async function write(words: string) {
  const user = userEvent.setup();
  const prompt = screen.getByRole("textbox", { name: "Prompt" });
  await user.clear(prompt);
  await user.type(prompt, words);
  return user;
}

describe("editing an image in place", () => {
  it("tries a failed one again with what was changed, and nothing else", async () => {
    const sent = network(200, {});
    const done = show(FAILED);
    const user = await write("A cup");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await vi.waitFor(() => expect(done).toHaveBeenCalled());
    expect(sent).toEqual([
      {
        method: "POST",
        path: `/v1/batches/${FAILED.batch}:retry`,
        body: { items: [FAILED.id], changes: { prompt: "A cup" } },
        revision: null,
      },
    ]);
  });

  it.each([
    ["8", 8],
    ["", null],
  ])("tries one again with another seed, or with none: %j", async (typed, seed) => {
    const sent = network(200, {});
    show({ ...FAILED, seed: 7 });
    const user = userEvent.setup();
    const field = screen.getByRole("textbox", { name: "Seed" });
    await user.clear(field);
    if (typed) await user.type(field, typed);
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]?.body).toEqual({ items: [FAILED.id], changes: { seed } });
  });

  it("changes one that waits only as it was when it was read", async () => {
    const sent = network(200, {});
    const item = anItem({ status: "pending", asset: null, revision: 9 });
    const done = show(item);
    expect(screen.getByRole("button", { name: "Save changes" })).toBeDisabled();
    const user = await write("A bowl");
    await user.click(screen.getByRole("button", { name: "Save changes" }));
    await vi.waitFor(() => expect(done).toHaveBeenCalled());
    expect(sent).toEqual([
      {
        method: "PATCH",
        path: `/v1/batches/${item.batch}/items/${item.id}`,
        body: { prompt: "A bowl" },
        revision: '"9"',
      },
    ]);
  });

  it("shows what is wrong at the field that is wrong", async () => {
    const detail = "Write the value instead of {{product}}.";
    network(422, {
      status: 422,
      code: "invalid",
      title: "Some fields are wrong",
      detail: "1 field is wrong.",
      request_id: "req_a",
      errors: [{ pointer: "/changes/prompt", detail }],
    });
    const done = show(FAILED);
    const user = await write("A cup");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText(detail)).toBeVisible();
    expect(screen.getByRole("textbox", { name: "Prompt" })).toBeInvalid();
    expect(done).not.toHaveBeenCalled();
  });

  it("says at the end what belongs to no field", async () => {
    const detail = "A retry of this batch is being prepared. Try again in a moment.";
    network(409, {
      status: 409,
      code: "retry-in-progress",
      title: "Not possible",
      detail,
      request_id: "req_a",
      errors: [],
    });
    show(FAILED);
    await userEvent.setup().click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("alert")).toHaveTextContent(detail);
  });
});
