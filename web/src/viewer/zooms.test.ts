import {
  actualScale,
  FITTED,
  fitted,
  held,
  lookOf,
  MOST_SCALE,
  pannedBy,
  toggled,
  WHOLE,
  zoomedBy,
  zoomOf,
} from "./zooms";

const IMAGE = { width: 1600, height: 1200 };
const FRAME = { width: 800, height: 800 };
const MIDDLE = { x: 0, y: 0 };

describe("an image in its frame", () => {
  it("fits whole and is not blown up", () => {
    expect(fitted(IMAGE, FRAME)).toEqual({ width: 800, height: 600 });
    expect(fitted({ width: 40, height: 20 }, FRAME)).toEqual({ width: 40, height: 20 });
    expect(fitted({ width: 0, height: 0 }, FRAME)).toEqual({ width: 0, height: 0 });
  });

  it("knows at which scale its pixels are the screen's", () => {
    expect(actualScale(IMAGE, FRAME)).toBe(2);
    expect(actualScale({ width: 40, height: 20 }, FRAME)).toBe(1);
    expect(actualScale({ width: 0, height: 0 }, FRAME)).toBe(1);
  });

  it("keeps the point under the pointer where it is", () => {
    const at = { x: 100, y: -50 };
    const zoom = zoomedBy({ scale: 2, x: 30, y: 10 }, 1.5, at, IMAGE, FRAME);
    const before = { x: (at.x - 30) / 2, y: (at.y - 10) / 2 };
    expect((at.x - zoom.x) / zoom.scale).toBeCloseTo(before.x);
    expect((at.y - zoom.y) / zoom.scale).toBeCloseTo(before.y);
  });

  it("is magnified neither below fitting nor beyond the most", () => {
    expect(zoomedBy(FITTED, 0.1, MIDDLE, IMAGE, FRAME)).toEqual(FITTED);
    expect(zoomedBy(FITTED, 1_000, MIDDLE, IMAGE, FRAME).scale).toBe(MOST_SCALE);
  });

  it("does not leave its frame", () => {
    expect(pannedBy({ scale: 2, x: 0, y: 0 }, { x: 5_000, y: -5_000 }, IMAGE, FRAME)).toEqual({
      scale: 2,
      x: 400,
      y: -200,
    });
    expect(pannedBy(FITTED, { x: 50, y: 50 }, IMAGE, FRAME)).toEqual(FITTED);
    expect(held({ scale: 1, x: -9, y: 9 }, IMAGE, FRAME)).toEqual(FITTED);
  });

  it("goes to its own pixels and back by a double click", () => {
    const close = toggled(FITTED, MIDDLE, IMAGE, FRAME);
    expect(close.scale).toBe(2);
    expect(toggled(close, MIDDLE, IMAGE, FRAME)).toEqual(FITTED);
  });

  it("shows the same place in a pane of another size", () => {
    const look = lookOf({ scale: 3, x: 80, y: -60 }, IMAGE, FRAME);
    expect(look).toEqual({ scale: 3, across: 0.1, down: -0.1 });
    expect(zoomOf(look, IMAGE, { width: 400, height: 400 })).toEqual({ scale: 3, x: 40, y: -30 });
    expect(zoomOf(WHOLE, IMAGE, FRAME)).toEqual(FITTED);
  });

  it("has no look before its size is known", () => {
    expect(lookOf({ scale: 1, x: 4, y: 4 }, { width: 0, height: 0 }, FRAME)).toEqual(WHOLE);
  });
});
