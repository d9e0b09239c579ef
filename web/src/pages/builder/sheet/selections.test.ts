import { describe, expect, it } from "vitest";
import { commandOf } from "./acts";
import { at, movedBy, rangeOf, rows, within } from "./selections";

const BOUNDS = { rows: 100, columns: 5 };
const NOTHING = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

function pressed(key: string, held: Partial<typeof NOTHING> = {}) {
  return { key, ...NOTHING, ...held };
}

describe("the selection", () => {
  it.each([
    ["ArrowDown", {}, 11, 2],
    ["ArrowUp", {}, 9, 2],
    ["ArrowRight", {}, 10, 3],
    ["ArrowDown", { ctrlKey: true }, 99, 2],
    ["ArrowUp", { metaKey: true }, 0, 2],
    ["PageDown", {}, 30, 2],
    ["Home", {}, 10, 0],
    ["End", { ctrlKey: true }, 99, 4],
  ])("goes with %s %j to row %i, column %i", (key, held, row, column) => {
    expect(movedBy(pressed(key, held), at(10, 2), BOUNDS, 20)).toEqual(at(row, column));
  });

  it("is stretched from where it began, and is a range whichever way", () => {
    const stretched = movedBy(pressed("ArrowUp", { shiftKey: true }), at(10, 2), BOUNDS, 20);
    expect(stretched && rangeOf(stretched)).toEqual({ top: 9, bottom: 10, left: 2, right: 2 });
  });

  it("stays where it is for keys that do not move it", () => {
    expect(movedBy(pressed("a"), at(10, 2), BOUNDS, 20)).toBeNull();
  });

  it("stays inside when rows and columns go", () => {
    expect(within(rows(50, 99, BOUNDS), { rows: 10, columns: 2 })).toEqual({
      anchor: { row: 9, column: 0 },
      focus: { row: 9, column: 1 },
    });
  });
});

describe("keys", () => {
  it.each([
    ["d", { ctrlKey: true }, "fillDown"],
    ["D", { metaKey: true }, "fillDown"],
    ["a", { ctrlKey: true }, "selectAll"],
    ["Enter", { ctrlKey: true }, "insert"],
    ["Backspace", { metaKey: true }, "remove"],
    ["ArrowUp", { altKey: true }, "up"],
    ["ArrowDown", { altKey: true }, "down"],
    ["ArrowDown", { altKey: true, shiftKey: true }, "duplicate"],
  ])("%s %j ask for %s", (key, held, command) => {
    expect(commandOf(pressed(key, held))).toBe(command);
  });

  it("that write or move ask for nothing", () => {
    expect(commandOf(pressed("d"))).toBeNull();
    expect(commandOf(pressed("ArrowDown", { shiftKey: true }))).toBeNull();
    expect(commandOf(pressed("d", { ctrlKey: true, shiftKey: true }))).toBeNull();
  });
});
