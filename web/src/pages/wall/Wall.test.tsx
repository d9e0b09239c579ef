import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { Wall } from "@/pages/wall/Wall";
import { anItem } from "@/testing/batches";
import { layOut } from "@/testing/layout";
import { renderPart } from "@/testing/render";

const COUNT = 1_000;
const COLUMNS = 5;

function Page({ onKey }: { onKey: (key: string, place: number) => boolean }) {
  const [current, setCurrent] = useState(0);
  return (
    <Wall
      count={COUNT}
      at={(place) => anItem({ id: `itm_${place}`, index: place, status: "pending", asset: null })}
      ratio={1}
      tileWidth={200}
      current={current}
      isChosen={() => false}
      isPicked={() => false}
      isChoosing={false}
      isBehind={false}
      acts={{ open: vi.fn(), choose: vi.fn(), focus: setCurrent }}
      onSeen={vi.fn()}
      onKey={onKey}
    />
  );
}

async function show() {
  layOut(1_050);
  const onKey = vi.fn((key: string) => key === "x");
  renderPart(<Page onKey={onKey} />);
  const tile = await waitFor(() => {
    const found = document.querySelector<HTMLElement>('[data-place="0"] button');
    expect(found).not.toBeNull();
    return found;
  });
  act(() => tile?.focus());
  return onKey;
}

const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key });
const focused = () => Number(document.activeElement?.closest<HTMLElement>("[data-place]")?.dataset.place);
const there = () => document.querySelectorAll("[data-place]").length;

describe("the wall of a large batch", () => {
  it("says how large it is and holds only what is in view", async () => {
    await show();
    expect(screen.getByRole("grid")).toHaveAttribute("aria-rowcount", String(COUNT / COLUMNS));
    expect(there()).toBeGreaterThan(0);
    expect(there()).toBeLessThan(60);
  });

  it("is walked through by arrows, a row or a tile at a time", async () => {
    await show();
    press("ArrowRight");
    await waitFor(() => expect(focused()).toBe(1));
    press("ArrowDown");
    await waitFor(() => expect(focused()).toBe(1 + COLUMNS));
    press("ArrowLeft");
    await waitFor(() => expect(focused()).toBe(COLUMNS));
    press("ArrowUp");
    await waitFor(() => expect(focused()).toBe(0));
  });

  it("has the focus where a key that is held has led last", async () => {
    await show();
    const seen: number[] = [];
    document.addEventListener("focusin", () => seen.push(focused()));
    for (let times = 0; times < 12; times += 1) press("ArrowRight");
    await waitFor(() => expect(focused()).toBe(12));
    expect(seen).toEqual([12]);
  });

  it("keeps the tile that has the focus, however far it is scrolled away", async () => {
    await show();
    act(() => {
      globalThis.scrollTo(0, 20_000);
      fireEvent.scroll(globalThis.window);
    });
    await waitFor(() => expect(document.querySelector('[data-place="470"]')).not.toBeNull());
    expect(focused()).toBe(0);
    expect(there()).toBeLessThan(60);
    press("ArrowRight");
    await waitFor(() => expect(focused()).toBe(1));
  });

  it("leaves other keys to what is done with the tile, and those with modifiers alone", async () => {
    const onKey = await show();
    expect(press("x")).toBe(false);
    expect(press("q")).toBe(true);
    expect(onKey.mock.calls).toEqual([
      ["x", 0],
      ["q", 0],
    ]);
    fireEvent.keyDown(document.activeElement ?? document.body, { key: "x", ctrlKey: true });
    expect(onKey).toHaveBeenCalledTimes(2);
  });
});
