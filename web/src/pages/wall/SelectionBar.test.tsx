import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ItemView } from "@/api/schema";
import { SelectionBar } from "@/pages/wall/SelectionBar";
import { aBatch, anItem } from "@/testing/batches";
import { renderPart, signedIn } from "@/testing/render";

const ready = (index: number) => anItem({ id: `itm_${index}`, index, status: "succeeded" });

function show(chosen: readonly ItemView[], said: { isChoosing?: boolean; role?: "viewer" | "admin" } = {}) {
  const acts = { onCompare: vi.fn(), onPick: vi.fn(), onClear: vi.fn() };
  renderPart(
    <SelectionBar batch={aBatch()} chosen={chosen} isChoosing={said.isChoosing ?? false} allPicked={false} {...acts} />,
    { sessions: signedIn(said.role) },
  );
  return acts;
}

describe("what can be done with the chosen images", () => {
  it("is not shown before one is chosen, but while images are to be chosen", () => {
    show([]);
    expect(screen.queryByRole("toolbar")).toBeNull();
  });

  it("says how to begin while images are to be chosen", () => {
    show([], { isChoosing: true });
    expect(screen.getByRole("toolbar", { name: "Chosen images" })).toHaveTextContent("Tap images to choose them");
  });

  it("compares two to four of them", () => {
    show([1, 2, 3, 4, 5].map(ready));
    expect(screen.getByText("5 chosen")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Compare" })).toBeDisabled();
  });

  it("does what was asked for", async () => {
    const { onCompare, onPick, onClear } = show([1, 2].map(ready));
    await userEvent.click(screen.getByRole("button", { name: "Compare" }));
    await userEvent.click(screen.getByRole("button", { name: "Pick" }));
    await userEvent.click(screen.getByRole("button", { name: "Choose nothing (Esc)" }));
    expect([onCompare, onPick, onClear].map((one) => one.mock.calls.length)).toEqual([1, 1, 1]);
  });

  it("offers what their states allow", () => {
    const failed = anItem({ id: "itm_1", index: 1, status: "failed", asset: null });
    const waiting = anItem({ id: "itm_2", index: 2, status: "pending", asset: null });
    show([failed, waiting]);
    const names = screen
      .getAllByRole("button")
      .map((button) => button.getAttribute("aria-label") ?? button.textContent);
    expect(names).toEqual(["Try it again", "Make first", "Make last", "Choose nothing (Esc)"]);
  });

  it("offers a viewer to compare alone", () => {
    const failed = anItem({ id: "itm_3", index: 3, status: "failed", asset: null });
    show([ready(1), ready(2), failed], { role: "viewer" });
    const names = screen
      .getAllByRole("button")
      .map((button) => button.getAttribute("aria-label") ?? button.textContent);
    expect(names).toEqual(["Compare", "Choose nothing (Esc)"]);
  });
});
