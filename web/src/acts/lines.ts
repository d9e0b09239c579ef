import type { Moved, Where } from "@/api/lines";
import type { ItemView, LinePage } from "@/api/schema";
import { count } from "@/design/formats";

/** What waits of a batch, as far as it was read. */
export interface Line {
  /** On their way to a model: they go first, and keep their places. */
  readonly sent: readonly ItemView[];
  readonly sentTotal: number;
  /** In line, the first one is made first. */
  readonly items: readonly ItemView[];
  readonly total: number;
  /** Between two tries. */
  readonly resting: readonly ItemView[];
  readonly restingTotal: number;
  /** All of the line was read. */
  readonly isWhole: boolean;
  /** When the oldest part of it was asked for. */
  readonly askedAt: number;
}

/** Images that are to stand elsewhere, in this order. */
export interface Move {
  readonly items: readonly string[];
  readonly where: Where;
}

/** The pages of a line as one; whoever changed pages while they were read stands where they were told first. */
export function lineOf(pages: readonly (LinePage & { askedAt: number })[]): Line | undefined {
  const [first] = pages;
  if (first === undefined) return undefined;
  const beside = new Set([...first.sent, ...first.resting].map((item) => item.id));
  const items = new Map<string, ItemView>();
  for (const page of pages)
    for (const item of page.items) if (!beside.has(item.id) && !items.has(item.id)) items.set(item.id, item);
  return {
    sent: first.sent,
    sentTotal: first.sent_total,
    items: [...items.values()],
    total: first.total,
    resting: first.resting,
    restingTotal: first.resting_total,
    isWhole: pages.at(-1)?.next_page_token === "",
    askedAt: Math.min(...pages.map((page) => page.askedAt)),
  };
}

/** The line after a move. What has left it meanwhile, or was refused, moves nothing. */
export function movedIn(line: Line, { items, where }: Move, answer?: Moved): Line {
  const refused = new Set(answer?.left?.map((one) => one.item));
  const known = new Map(line.items.map((item) => [item.id, item]));
  const movers = items.flatMap((id) => (refused.has(id) ? [] : (known.get(id) ?? [])));
  const moving = new Set(movers.map((item) => item.id));
  const rest = line.items.filter((item) => !moving.has(item.id));
  const at = placeOf(rest, where);
  if (at < 0 || movers.length === 0) return line;
  // Behind what was not read yet they are not seen.
  if (where === "last" && !line.isWhole) return { ...line, items: rest };
  return { ...line, items: [...rest.slice(0, at), ...movers, ...rest.slice(at)] };
}

function placeOf(rest: readonly ItemView[], where: Where): number {
  if (where === "first") return 0;
  return where === "last" ? rest.length : rest.findIndex((item) => item.id === where.before);
}

/** The move that puts images between those that stand at `at - 1` and `at` now; null where that changes nothing. */
export function moveTo(line: Line, ids: readonly string[], at: number): Move | null {
  const moving = new Set(ids);
  const items = line.items.flatMap((item) => (moving.has(item.id) ? [item.id] : []));
  const next = line.items.slice(at).find((item) => !moving.has(item.id));
  const isFirst = line.items.slice(0, at).every((item) => moving.has(item.id));
  const isLast = next === undefined && line.isWhole;
  if (items.length === 0 || (next === undefined && !isLast && !isFirst)) return null;
  const move: Move = { items, where: isFirst ? "first" : next === undefined ? "last" : { before: next.id } };
  const after = movedIn(line, move);
  return after.items.every((item, place) => item.id === line.items[place]?.id) ? null : move;
}

/** The move that takes an image one place up (-1) or down (1); null at the ends. */
export function stepOf(line: Line, id: string, step: 1 | -1): Move | null {
  const at = line.items.findIndex((item) => item.id === id);
  return at < 0 ? null : moveTo(line, [id], step < 0 ? Math.max(0, at - 1) : at + 2);
}

/** What is to be said of images that kept their places; empty when all have moved. */
export function leftWords({ moved, left = [] }: Pick<Moved, "moved" | "left">): string {
  const [first] = left;
  if (first === undefined) return "";
  if (moved === 0 && left.length === 1) return `It kept its place. ${first.detail}`;
  const kept = `${count(left.length, "image")} kept ${left.length === 1 ? "its place" : "their places"}.`;
  const isSame = left.every((one) => one.detail === first.detail);
  return isSame && left.length === 1 ? `${kept} ${first.detail}` : `${kept} They are made already, or on their way.`;
}
