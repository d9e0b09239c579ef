import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useMemo } from "react";
import { ShortcutList } from "@/layout/ShortcutList";
import { useShortcuts } from "@/layout/shortcuts";
import { renderPart } from "@/testing/render";

function Part({ acts }: { acts: Record<string, () => void> }) {
  const shortcuts = useMemo(
    () => Object.entries(acts).map(([keys, act]) => ({ keys, words: `Do ${keys}`, act })),
    [acts],
  );
  useShortcuts(shortcuts);
  return <input aria-label="field" />;
}

describe("shortcuts", () => {
  it("act on one key, on two after another, and with Ctrl", async () => {
    const acts = { n: vi.fn(), "g b": vi.fn(), "mod+k": vi.fn(), b: vi.fn() };
    renderPart(<Part acts={acts} />);
    await userEvent.keyboard("n");
    await userEvent.keyboard("gb");
    await userEvent.keyboard("{Control>}k{/Control}");
    expect(acts.n).toHaveBeenCalledOnce();
    expect(acts["g b"]).toHaveBeenCalledOnce();
    expect(acts["mod+k"]).toHaveBeenCalledOnce();
    expect(acts.b).not.toHaveBeenCalled();
  });

  it("leave what is typed into a field alone", async () => {
    const acts = { n: vi.fn() };
    renderPart(<Part acts={acts} />);
    await userEvent.type(screen.getByLabelText("field"), "n");
    expect(acts.n).not.toHaveBeenCalled();
    expect(screen.getByLabelText("field")).toHaveValue("n");
  });

  it("rest while a dialog is open, and are listed in it", async () => {
    const acts = { n: vi.fn() };
    renderPart(
      <>
        <Part acts={acts} />
        <ShortcutList opened onClose={() => {}} />
      </>,
    );
    expect(await screen.findByText("Do n")).toBeVisible();
    await userEvent.keyboard("n");
    expect(acts.n).not.toHaveBeenCalled();
  });

  it("end with the part that has them", async () => {
    const acts = { n: vi.fn() };
    const { unmount } = renderPart(<Part acts={acts} />);
    unmount();
    await userEvent.keyboard("n");
    expect(acts.n).not.toHaveBeenCalled();
  });
});
