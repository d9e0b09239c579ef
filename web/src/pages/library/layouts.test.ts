import fc from "fast-check";
import { laidOut, moved, ROW_HEIGHTS, type Shape } from "./layouts";

const shapes = fc.array(
  fc.constantFrom<Shape[]>(
    { width: 1024, height: 1024 },
    { width: 896, height: 1120 },
    { width: 1344, height: 768 },
    { width: 768, height: 1344 },
    { width: 0, height: 0 },
    { width: 9000, height: 100 },
  ),
  { maxLength: 120 },
);
const widths = fc.integer({ min: 320, max: 1600 });
const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"];

describe("pictures in rows", () => {
  it("are each laid out once and in order, within the wall and apart from one another", () => {
    fc.assert(
      fc.property(shapes, widths, (all, width) => {
        const { rows, rowOf } = laidOut(all, width, ROW_HEIGHTS.usual, false);
        expect(rows.flatMap((row) => row.spots.map((spot) => spot.place))).toEqual(all.map((_, place) => place));
        expect(rowOf).toHaveLength(all.length);
        for (const row of rows) {
          const last = row.spots.at(-1);
          expect((last?.left ?? 0) + (last?.width ?? 0)).toBeLessThanOrEqual(width + 0.01);
          for (const [at, spot] of row.spots.slice(1).entries())
            expect(spot.left).toBeGreaterThan((row.spots[at]?.left ?? 0) + (row.spots[at]?.width ?? 0));
        }
      }),
    );
  });

  it("fill every row but the last", () => {
    fc.assert(
      fc.property(shapes, widths, (all, width) => {
        const { rows } = laidOut(all, width, ROW_HEIGHTS.usual, false);
        for (const row of rows.slice(0, -1)) {
          const last = row.spots.at(-1);
          expect((last?.left ?? 0) + (last?.width ?? 0)).toBeCloseTo(width, 3);
        }
        for (const row of rows) expect(row.height).toBeLessThanOrEqual(ROW_HEIGHTS.usual * 1.36);
      }),
    );
  });

  it("stay where they are when more come", () => {
    fc.assert(
      fc.property(shapes, shapes, widths, (some, more, width) => {
        const before = laidOut(some, width, ROW_HEIGHTS.usual, true);
        const after = laidOut([...some, ...more], width, ROW_HEIGHTS.usual, false);
        const settled = before.rows.length === 1 ? [] : before.rows;
        expect(after.rows.slice(0, settled.length)).toEqual(settled);
      }),
    );
  });

  it("are none where there is no room or nothing to show", () => {
    expect(laidOut([{ width: 1, height: 1 }], 0, 208, false).rows).toEqual([]);
    expect(laidOut([], 800, 208, false)).toEqual({ rows: [], height: 0, rowOf: [] });
  });
});

describe("keys", () => {
  it("never lead out of the wall, and nowhere when there is none", () => {
    fc.assert(
      fc.property(shapes, widths, fc.nat(), fc.constantFrom(...KEYS), (all, width, seed, key) => {
        const layout = laidOut(all, width, ROW_HEIGHTS.usual, false);
        const place = moved(key, all.length === 0 ? 0 : seed % all.length, layout, 800);
        if (all.length === 0) expect(place).toBeNull();
        else expect(layout.rowOf[place ?? -1]).toBeDefined();
      }),
    );
  });

  it("lead to the neighbours, above and below to the nearest", () => {
    const layout = laidOut(
      Array.from({ length: 12 }, () => ({ width: 1, height: 1 })),
      640,
      208,
      false,
    );
    const across = layout.rows[0]?.spots.length ?? 0;
    expect(across).toBeGreaterThan(1);
    expect(moved("ArrowRight", 0, layout, 800)).toBe(1);
    expect(moved("ArrowDown", 1, layout, 800)).toBe(1 + across);
    expect(moved("ArrowUp", 1 + across, layout, 800)).toBe(1);
    expect(moved("ArrowUp", 1, layout, 800)).toBe(1);
    expect(moved("End", 3, layout, 800)).toBe(11);
    expect(moved("a", 3, layout, 800)).toBeNull();
  });
});
