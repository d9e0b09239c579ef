/** Rows of whole pictures, each row as wide as the wall: known before a picture is there, so nothing jumps. */

export interface Shape {
  width: number;
  height: number;
}

/** A picture in its row, in CSS pixels from the row's left. */
export interface Spot {
  place: number;
  left: number;
  width: number;
}

export interface Row {
  spots: readonly Spot[];
  /** From the wall's top. */
  top: number;
  height: number;
}

export interface Layout {
  rows: readonly Row[];
  height: number;
  /** The row of each place that is laid out. */
  rowOf: readonly number[];
}

/** How high rows are about, in CSS pixels. */
export const ROW_HEIGHTS = { least: 112, usual: 208, most: 400, step: 16 } as const;

const NARROW = 560;
const GAPS = { narrow: 6, wide: 10 } as const;
/** How much higher than wanted a row may become rather than take another picture in. */
const MOST_GROWN = 1.35;
const WIDEST = 3;
const NARROWEST = 0.4;

/** Pictures in rows of about `wanted` height that fill the width.
 *
 * The last row is not blown up to fill it; with `isOpen` (more are to come) it is left out, so that it never moves, unless
 * it is the only one.
 */
export function laidOut(shapes: readonly Shape[], width: number, wanted: number, isOpen: boolean): Layout {
  const gap = width < NARROW ? GAPS.narrow : GAPS.wide;
  const rows: Row[] = [];
  const rowOf: number[] = [];
  let top = 0;
  let first = 0;
  let share = 0;
  const close = (last: number, height: number) => {
    const spots: Spot[] = [];
    let left = 0;
    for (let place = first; place <= last; place += 1) {
      const one = ratioOf(shapes[place]) * height;
      spots.push({ place, left, width: one });
      rowOf[place] = rows.length;
      left += one + gap;
    }
    rows.push({ spots, top, height });
    top += height + gap;
    first = last + 1;
    share = 0;
  };
  if (width <= 0) return { rows, height: 0, rowOf };
  const filling = (last: number, ratios: number) => (width - gap * (last - first)) / ratios;
  for (let place = 0; place < shapes.length; place += 1) {
    share += ratioOf(shapes[place]);
    const height = filling(place, share);
    const next = place + 1 < shapes.length ? filling(place + 1, share + ratioOf(shapes[place + 1])) : null;
    if (isBest(height, next, wanted)) close(place, height);
  }
  const isLeftOver = first < shapes.length;
  if (isLeftOver && (!isOpen || rows.length === 0))
    close(shapes.length - 1, Math.min(wanted, filling(shapes.length - 1, share)));
  return { rows, height: Math.max(0, top - gap), rowOf };
}

/** Whether a row of this height is to be closed, rather than becoming lower by one more picture. */
function isBest(height: number, next: number | null, wanted: number): boolean {
  if (height <= wanted) return true;
  return next !== null && height <= wanted * MOST_GROWN && height - wanted <= wanted - next;
}

function ratioOf(shape: Shape | undefined): number {
  if (shape === undefined || !(shape.width > 0 && shape.height > 0)) return 1;
  return Math.min(WIDEST, Math.max(NARROWEST, shape.width / shape.height));
}

/** Where a key leads from a place; null for keys that lead nowhere. `page` is how high a screen is. */
export function moved(key: string, place: number, layout: Layout, page: number): number | null {
  const last = layout.rowOf.length - 1;
  if (last < 0) return null;
  switch (key) {
    case "ArrowLeft":
      return Math.max(0, place - 1);
    case "ArrowRight":
      return Math.min(last, place + 1);
    case "ArrowUp":
      return acrossRows(place, layout, -1);
    case "ArrowDown":
      return acrossRows(place, layout, 1);
    case "PageUp":
      return acrossRows(place, layout, -rowsIn(page, layout));
    case "PageDown":
      return acrossRows(place, layout, rowsIn(page, layout));
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

function rowsIn(page: number, layout: Layout): number {
  const usual = layout.height / Math.max(1, layout.rows.length);
  return Math.max(1, Math.floor(page / Math.max(1, usual)));
}

/** The place in another row whose middle is nearest. */
function acrossRows(place: number, { rows, rowOf }: Layout, by: number): number {
  const from = rowOf[place];
  if (from === undefined) return rowOf.length - 1;
  const target = rows[Math.min(rows.length - 1, Math.max(0, from + by))];
  const spot = rows[from]?.spots.find((one) => one.place === place);
  if (target === undefined || spot === undefined || target === rows[from]) return place;
  const distance = (one: Spot) => Math.abs(one.left + one.width / 2 - (spot.left + spot.width / 2));
  return target.spots.reduce((best, one) => (distance(one) < distance(best) ? one : best)).place;
}
