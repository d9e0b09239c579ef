import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ItemView } from "@/api/schema";
import type { TileActs } from "@/grid/tiles";
import { Tile } from "@/pages/wall/Tile";
import { anItem } from "@/testing/batches";
import { renderPart } from "@/testing/render";

function show(item: ItemView | undefined, said: Partial<Parameters<typeof Tile>[0]> = {}) {
  const acts: TileActs = { open: vi.fn(), choose: vi.fn(), focus: vi.fn() };
  const part = (
    <div role="grid">
      <div role="row">
        <Tile
          item={item}
          place={4}
          width={200}
          ratio={1}
          isChosen={false}
          isPicked={false}
          isCurrent
          isChoosing={false}
          isPassing={false}
          acts={acts}
          {...said}
        />
      </div>
    </div>
  );
  renderPart(part);
  return acts;
}

const FAILED = anItem({
  index: 4,
  status: "failed",
  asset: null,
  error: { kind: "refused", detail: "Blocked by the filter.", hint: "Change the words." },
});

describe("a tile", () => {
  it("shows the image when it is ready, and says so to who does not see it", async () => {
    const item = anItem({ index: 4 });
    const links = { url: "/o/a", optimised_url: "/o/b", thumbnail_url: "/o/c", expires_at: "2099-01-01T00:00:00Z" };
    vi.stubGlobal("fetch", async () => Response.json({ urls: { [item.asset?.id ?? ""]: links } }));
    show(item, { isPicked: true });
    expect(await screen.findByAltText("A teal teapot on a table")).toHaveAttribute("src", "/o/b");
    expect(screen.getByRole("button", { name: /^Image 5, ready, picked\. A teal teapot/ })).toBeVisible();
  });

  it("says in plain words which image failed, why, and what to do", () => {
    show(FAILED);
    expect(screen.getByText("A teal teapot on a table")).toBeVisible();
    expect(screen.getByText("Refused by safety rules")).toBeVisible();
    expect(screen.getByText("Change the words.")).toBeVisible();
    expect(screen.getByRole("button", { name: /failed\. Refused by safety rules Change the words\./ })).toBeVisible();
  });

  it("shows the prompt of an image that waits", () => {
    show(anItem({ index: 4, status: "pending", asset: null }));
    expect(screen.getByText("A teal teapot on a table")).toBeVisible();
  });

  it("has its place before anything is known of it", () => {
    show(undefined);
    expect(screen.getByRole("button", { name: "Image 5" })).toBeVisible();
  });

  it("opens by a click, is chosen by one with Ctrl, and up to it by one with Shift", async () => {
    const acts = show(anItem({ index: 4 }));
    const user = userEvent.setup();
    const tile = screen.getByRole("button", { name: /^Image 5/ });
    await user.click(tile);
    expect(acts.open).toHaveBeenCalledWith(4);
    await user.keyboard("{Control>}");
    await user.click(tile);
    await user.keyboard("{/Control}{Shift>}");
    await user.click(tile);
    expect(acts.choose).toHaveBeenNthCalledWith(1, 4, "toggle");
    expect(acts.choose).toHaveBeenNthCalledWith(2, 4, "range");
  });

  it("is chosen by a plain click while choosing", async () => {
    const acts = show(anItem({ index: 4 }), { isChoosing: true });
    await userEvent.setup().click(screen.getByRole("button", { name: /^Image 5/ }));
    expect(acts.choose).toHaveBeenCalledWith(4, "toggle");
    expect(acts.open).not.toHaveBeenCalled();
  });
});
