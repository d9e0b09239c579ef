import { choosesBy, isThumbnailEnough } from "./tiles";

const PLAIN = { shiftKey: false, ctrlKey: false, metaKey: false };

function clicked(keys: Partial<typeof PLAIN>, isChoosing = false) {
  const chosen: string[] = [];
  const acts = {
    open: () => {},
    focus: () => {},
    choose: (place: number, how: string) => chosen.push(`${how} ${place}`),
  };
  return [choosesBy({ ...PLAIN, ...keys }, 3, isChoosing, acts), ...chosen];
}

describe("a click on a tile", () => {
  it("opens it, unless its keys or the page say that clicks choose", () => {
    expect(clicked({})).toEqual([false]);
    expect(clicked({ ctrlKey: true })).toEqual([true, "toggle 3"]);
    expect(clicked({ metaKey: true })).toEqual([true, "toggle 3"]);
    expect(clicked({}, true)).toEqual([true, "toggle 3"]);
  });

  it("with Shift chooses all on the way, also where clicks choose", () => {
    expect(clicked({ shiftKey: true })).toEqual([true, "range 3"]);
    expect(clicked({ shiftKey: true }, true)).toEqual([true, "range 3"]);
  });
});

it("a thumbnail is enough for a small square picture", () => {
  expect(isThumbnailEnough({ width: 1024, height: 1024 }, 208)).toBe(true);
  expect(isThumbnailEnough({ width: 1024, height: 1024 }, 480)).toBe(false);
  expect(isThumbnailEnough({ width: 1024, height: 1280 }, 208)).toBe(false);
});
