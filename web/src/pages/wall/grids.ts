import { ratioOf } from "@/viewer/shapes";

/** The most tiles that are watched at a time: a page of the API. */
export const MOST_WATCHED = 200;
/** The widths that tiles may be asked to have, in CSS pixels. */
export const TILE_WIDTHS = { least: 96, usual: 208, most: 480, step: 16 } as const;
/** Rows kept ready above and below what is seen. */
export const OVERSCAN_ROWS = 2;

const NARROW = 560;
const GAPS = { narrow: 6, wide: 10 } as const;

export interface Grid {
  columns: number;
  rows: number;
  gap: number;
  tileWidth: number;
  tileHeight: number;
  /** From the top of one row to the top of the next. */
  rowHeight: number;
}

/** How `count` tiles of about `wantedWidth` fill a wall of this width; `ratio` is a tile's width by its height.
 *
 * Tiles grow to fill whole rows; a narrow wall (a phone) has two columns, whatever is wanted.
 */
export function gridOf(
  wall: { width: number; height: number },
  wantedWidth: number,
  ratio: number,
  count: number,
): Grid {
  const isNarrow = wall.width < NARROW;
  const gap = isNarrow ? GAPS.narrow : GAPS.wide;
  const wanted = Math.max(wantedWidth, leastWidth(wall, ratio, gap));
  const columns = isNarrow ? 2 : Math.max(1, Math.floor((wall.width + gap) / (wanted + gap)));
  const tileWidth = Math.max(1, Math.floor((wall.width - gap * (columns - 1)) / columns));
  const tileHeight = Math.max(1, Math.round(tileWidth / ratio));
  return { columns, rows: Math.ceil(count / columns), gap, tileWidth, tileHeight, rowHeight: tileHeight + gap };
}

/** The narrowest tile of which no more are seen at once than may be watched. */
function leastWidth(wall: { width: number; height: number }, ratio: number, gap: number): number {
  for (let width = TILE_WIDTHS.least; width < TILE_WIDTHS.most; width += TILE_WIDTHS.step) {
    const across = Math.floor((wall.width + gap) / (width + gap));
    const down = Math.ceil(wall.height / (width / ratio + gap)) + 1;
    if (across * (down + 2 * OVERSCAN_ROWS) <= MOST_WATCHED) return width;
  }
  return TILE_WIDTHS.most;
}

/** Places from `from` up to and without `to`. */
export interface Span {
  from: number;
  to: number;
}

/** The places in these rows (the last one included), never more than may be watched. */
export function spanOf(rows: { first: number; last: number }, columns: number, count: number): Span {
  const from = Math.max(0, Math.min(rows.first * columns, count));
  const to = Math.min((rows.last + 1) * columns, count, from + MOST_WATCHED);
  return { from, to: Math.max(from, to) };
}

/** The span to watch for what is seen: the same as before while that holds it all, so that small scrolls watch nothing anew. */
export function watchedSpan(before: Span | null, seen: Span, count: number): Span {
  if (before !== null && before.from <= seen.from && before.to >= seen.to && before.to <= count) return before;
  const room = Math.max(0, MOST_WATCHED - (seen.to - seen.from));
  const from = Math.max(0, seen.from - Math.floor(room / 2));
  return { from, to: Math.min(count, from + MOST_WATCHED) };
}

/** The width by the height of all tiles: that of the images where they share one, otherwise a square. Extremes are tamed. */
export function tileRatio(shapes: readonly string[]): number {
  const ratios = new Set(shapes);
  const [only] = ratios;
  if (ratios.size !== 1 || only === undefined) return 1;
  return Math.min(16 / 9, Math.max(2 / 3, ratioOf(only)));
}

const MOVES: Record<string, (place: number, columns: number, page: number, last: number) => number> = {
  ArrowLeft: (place) => place - 1,
  ArrowRight: (place) => place + 1,
  ArrowUp: (place, columns) => (place < columns ? place : place - columns),
  ArrowDown: (place, columns, _, last) => (place + columns > last ? place : place + columns),
  PageUp: (place, columns, page) => Math.max(place % columns, place - columns * page),
  PageDown: (place, columns, page, last) => Math.min(last, place + columns * page),
  Home: () => 0,
  End: (_place, _columns, _page, last) => last,
};

/** Where a key leads from a place; null for keys that lead nowhere. `page` is how many rows are seen. */
export function moved(
  key: string,
  place: number,
  grid: { columns: number; page: number; count: number },
): number | null {
  const move = MOVES[key];
  if (move === undefined || grid.count === 0) return null;
  const last = grid.count - 1;
  return Math.min(last, Math.max(0, move(place, grid.columns, Math.max(1, grid.page), last)));
}
