import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ItemView } from "@/api/schema";
import { anItem } from "@/testing/batches";
import { renderPart } from "@/testing/render";
import { Viewer } from "./Viewer";

const NOBODY = { steer: false, make: false, pick: false };

function show(item: ItemView, said: Partial<Parameters<typeof Viewer>[0]> = {}) {
  vi.stubGlobal("fetch", async () => Response.json({ urls: {}, models: [] }));
  const acts = { onMove: vi.fn(), onClose: vi.fn(), onPick: vi.fn() };
  renderPart(
    <Viewer
      item={item}
      place={1}
      count={3}
      neighbours={[]}
      picked={false}
      may={{ steer: true, make: true, pick: true }}
      {...acts}
      {...said}
    />,
  );
  return acts;
}

describe("the viewer", () => {
  it("moves by arrows, picks by P and closes by Escape", async () => {
    const acts = show(anItem());
    const user = userEvent.setup();
    await screen.findByRole("dialog");
    await user.keyboard("{ArrowRight}{ArrowLeft}p{Escape}");
    expect(acts.onMove.mock.calls).toEqual([[1], [-1]]);
    expect(acts.onPick).toHaveBeenCalledOnce();
    expect(acts.onClose).toHaveBeenCalledOnce();
  });

  it("goes no farther than its ends", async () => {
    const acts = show(anItem(), { place: 2 });
    await screen.findByRole("dialog");
    await userEvent.setup().keyboard("{ArrowRight}");
    expect(acts.onMove).not.toHaveBeenCalled();
    expect(screen.getByRole("button", { name: "Next image (→)" })).toBeDisabled();
  });

  it("tells the recipe, and hides it by I", async () => {
    show(anItem());
    expect(await screen.findByText("4:5 at 1K")).toBeVisible();
    await userEvent.setup().keyboard("i");
    expect(screen.queryByText("4:5 at 1K")).not.toBeInTheDocument();
    await userEvent.setup().keyboard("i");
  });

  it("offers to edit and try again what failed, and leaves the arrows to its fields", async () => {
    const error = { kind: "refused" as const, detail: "No.", hint: "Change the words." };
    const acts = show(anItem({ status: "failed", asset: null, error }));
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Edit and try again" }));
    await user.type(screen.getByRole("textbox", { name: "Prompt" }), "{ArrowLeft}p0");
    expect(acts.onMove).not.toHaveBeenCalled();
    expect(acts.onPick).not.toHaveBeenCalled();
  });

  it("offers who only looks nothing to do", async () => {
    const error = { kind: "refused" as const, detail: "No.", hint: "Change the words." };
    show(anItem({ status: "failed", asset: null, error }), { may: NOBODY });
    expect(await screen.findByText("Change the words.")).toBeVisible();
    for (const name of ["Try again", "Edit and try again", "Use this recipe"]) {
      expect(screen.queryByRole("button", { name })).not.toBeInTheDocument();
    }
  });
});
