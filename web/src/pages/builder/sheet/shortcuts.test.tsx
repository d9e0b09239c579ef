import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { ShortcutList } from "@/layout/ShortcutList";
import { useShortcuts } from "@/layout/shortcuts";
import { renderPart } from "@/testing/render";
import { commandOf } from "./acts";
import { FIRST, movedBy } from "./selections";
import { SHEET_SHORTCUTS } from "./shortcuts";

const BOUNDS = { rows: 9, columns: 9 };
// The sheet's field, the browser's clipboard and the builder's history have these.
const ELSEWHERE = new Set(["enter", "delete", "mod+c", "mod+x", "mod+v", "mod+z", "mod+shift+z", "shift+ "]);

function event(keys: string) {
  const parts = keys.split("+");
  const key = (parts.at(-1) ?? "").replace("arrow", "Arrow").replace("down", "Down").replace("up", "Up");
  const has = (name: string) => parts.slice(0, -1).includes(name);
  return { key, shiftKey: has("shift"), ctrlKey: has("mod"), metaKey: false, altKey: has("alt") };
}

function Listing() {
  useShortcuts(SHEET_SHORTCUTS);
  return <ShortcutList opened onClose={() => {}} />;
}

describe("the sheet's shortcuts", () => {
  it.each(SHEET_SHORTCUTS.filter(({ keys }) => !ELSEWHERE.has(keys)))(
    "$keys does something in the sheet",
    ({ keys }) => {
      const pressed = event(keys);
      expect(commandOf(pressed) ?? movedBy(pressed, FIRST, BOUNDS, 5)).not.toBeNull();
    },
  );

  it("are listed in a part of their own", async () => {
    renderPart(<Listing />);
    const part = within(await screen.findByRole("region", { name: "In the sheet" }));
    expect(part.getByText("Fill down")).toBeVisible();
    expect(part.getAllByText(/./, { selector: "p" })).toHaveLength(SHEET_SHORTCUTS.length + 1);
  });

  it("do nothing by themselves, and are no one else's", async () => {
    renderPart(<Listing />);
    await screen.findByRole("region", { name: "In the sheet" });
    const presses: KeyboardEvent[] = [];
    const hear = (press: KeyboardEvent) => presses.push(press);
    document.body.addEventListener("keydown", hear);
    await userEvent.keyboard("{Control>}d{/Control}");
    document.body.removeEventListener("keydown", hear);
    expect(presses.at(-1)?.defaultPrevented).toBe(false);
  });
});
