import { ratioOf } from "@/viewer/shapes";
import { gridOf, MOST_WATCHED, moved, OVERSCAN_ROWS, spanOf, TILE_WIDTHS, tileRatio, watchedSpan } from "./grids";

const DESK = { width: 1180, height: 760 };

describe("a grid of tiles", () => {
  it("fills the wall's width with whole tiles", () => {
    const grid = gridOf(DESK, 208, 1, 1_000);
    expect(grid.columns).toBe(5);
    expect(grid.tileWidth * grid.columns + grid.gap * (grid.columns - 1)).toBeLessThanOrEqual(DESK.width);
    expect(grid.tileWidth).toBeGreaterThanOrEqual(208);
    expect(grid.rows).toBe(200);
  });

  it("has two columns on a phone, whatever is wanted", () => {
    expect(gridOf({ width: 358, height: 700 }, 96, 1, 10).columns).toBe(2);
    expect(gridOf({ width: 358, height: 700 }, 480, 1, 10).columns).toBe(2);
  });

  it.each([[DESK], [{ width: 3800, height: 2000 }], [{ width: 600, height: 3000 }]])(
    "never shows more tiles of %o at once than may be watched",
    (wall) => {
      const grid = gridOf(wall, TILE_WIDTHS.least, 1, 10_000);
      const rows = Math.ceil(wall.height / grid.rowHeight) + 1 + 2 * OVERSCAN_ROWS;
      expect(rows * grid.columns).toBeLessThanOrEqual(MOST_WATCHED);
    },
  );

  it("has a tile's height from its shape", () => {
    const grid = gridOf(DESK, 208, 16 / 9, 10);
    expect(grid.tileHeight).toBe(Math.round(grid.tileWidth / (16 / 9)));
  });
});

describe("the shape of all tiles", () => {
  it("is that of the images where they share one", () => {
    expect(tileRatio(["4:5", "4:5"])).toBeCloseTo(0.8);
  });

  it("is a square where they differ, and before any is known", () => {
    expect(tileRatio(["4:5", "16:9"])).toBe(1);
    expect(tileRatio([])).toBe(1);
  });

  it("tames extremes and reads no nonsense", () => {
    expect(tileRatio(["8:1"])).toBeCloseTo(16 / 9);
    expect(tileRatio(["1:8"])).toBeCloseTo(2 / 3);
    expect(ratioOf("wide")).toBe(1);
    expect(ratioOf("0:4")).toBe(1);
  });
});

describe("what is watched", () => {
  it("is the places of the rows that are seen", () => {
    expect(spanOf({ first: 2, last: 4 }, 5, 1_000)).toEqual({ from: 10, to: 25 });
    expect(spanOf({ first: 198, last: 203 }, 5, 1_000)).toEqual({ from: 990, to: 1_000 });
    expect(spanOf({ first: 0, last: 999 }, 5, 10_000)).toEqual({ from: 0, to: MOST_WATCHED });
  });

  it("stays as it is while it holds what is seen", () => {
    const first = watchedSpan(null, { from: 0, to: 40 }, 1_000);
    expect(first).toEqual({ from: 0, to: 200 });
    expect(watchedSpan(first, { from: 120, to: 180 }, 1_000)).toBe(first);
    expect(watchedSpan(first, { from: 180, to: 220 }, 1_000)).toEqual({ from: 100, to: 300 });
  });

  it("is never more than a page, and never beyond the end", () => {
    const span = watchedSpan(null, { from: 950, to: 1_000 }, 1_000);
    expect(span.to).toBe(1_000);
    expect(span.to - span.from).toBeLessThanOrEqual(MOST_WATCHED);
    expect(watchedSpan({ from: 0, to: 200 }, { from: 0, to: 30 }, 30)).toEqual({ from: 0, to: 30 });
  });
});

describe("keys on the wall", () => {
  const grid = { columns: 5, page: 3, count: 23 };
  it.each([
    ["ArrowRight", 4, 5],
    ["ArrowRight", 22, 22],
    ["ArrowLeft", 0, 0],
    ["ArrowDown", 1, 6],
    ["ArrowDown", 19, 19],
    ["ArrowUp", 3, 3],
    ["ArrowUp", 8, 3],
    ["PageDown", 1, 16],
    ["PageDown", 20, 22],
    ["PageUp", 17, 2],
    ["PageUp", 7, 2],
    ["Home", 9, 0],
    ["End", 9, 22],
  ])("%s leads from %i to %i", (key, from, to) => {
    expect(moved(key, from, grid)).toBe(to);
  });

  it("leads nowhere by other keys or on an empty wall", () => {
    expect(moved("a", 3, grid)).toBeNull();
    expect(moved("ArrowRight", 0, { ...grid, count: 0 })).toBeNull();
  });
});
