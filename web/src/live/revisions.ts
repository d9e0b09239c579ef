import { type Item, isItem, room, type Thing, type Topic } from "@/live/things";

type Asset = NonNullable<Item["asset"]>;

/** What is known of things by their ids, and at which revision some were taken out of what is watched. */
export interface Known {
  readonly things: ReadonlyMap<string, Thing>;
  readonly gone: ReadonlyMap<string, number>;
}

/** A thing that is not among what is watched any more since this revision of it. */
export interface Gone {
  readonly id: string;
  readonly revision: number;
}

export const NOTHING: Known = { things: new Map(), gone: new Map() };

/** The later of two states of one thing; links to its image are kept where the later one has none, and the freshest of one state. */
export function newer<T extends Thing>(known: T | undefined, told: T): T {
  if (known === undefined) return told;
  if (told.revision > known.revision) return linked(told, known);
  return linked(known, told, told.revision === known.revision);
}

/** All that is known after changes were told: whatever their order, and however often they are told, it ends the same.
 *
 * Gives `known` itself when nothing is new.
 */
export function merged(known: Known, changes: readonly Thing[], gone: readonly Gone[] = []): Known {
  let things: Map<string, Thing> | null = null;
  for (const told of changes) {
    const before: Thing | undefined = (things ?? known.things).get(told.id);
    const after = newer(before, told);
    if (after === before) continue;
    things ??= new Map(known.things);
    things.set(told.id, after);
  }
  let left: Map<string, number> | null = null;
  for (const { id, revision } of gone) {
    if (((left ?? known.gone).get(id) ?? -1) >= revision) continue;
    left ??= new Map(known.gone);
    left.set(id, revision);
  }
  if (things === null && left === null) return known;
  return { things: things ?? known.things, gone: left ?? known.gone };
}

/** The things that are not gone: one that changed after it had gone is back. */
export function present(known: Known): Thing[] {
  return [...known.things.values()].filter((thing) => thing.revision > (known.gone.get(thing.id) ?? -1));
}

/** What was known before a list was read, and has left it by then.
 *
 * What lies behind the last one of a full list has not left: it is there again as soon as another one leaves.
 */
export function left(topic: Topic, before: Iterable<Thing>, listed: readonly Thing[]): Gone[] {
  // Items without a state to leave stay where they are.
  if (topic.of === "batch" || (topic.of === "items" && topic.status === undefined)) return [];
  const ids = new Set(listed.map((thing) => thing.id));
  const limit = topic.of === "items" ? room(topic) : topic.limit;
  const last = listed.length < limit ? undefined : listed.at(-1);
  return [...before]
    .filter((thing) => !ids.has(thing.id) && (last === undefined || !isBehind(thing, last)))
    .map(({ id, revision }) => ({ id, revision }));
}

function isBehind(thing: Thing, last: Thing): boolean {
  if (isItem(thing) && isItem(last)) return thing.index > last.index;
  return thing.created_at < last.created_at;
}

function linked<T extends Thing>(later: T, other: T, isFresher = false): T {
  if (!isItem(later) || !isItem(other) || later.asset === null || later.asset.id !== other.asset?.id) return later;
  const asset = joined(later.asset, other.asset, isFresher);
  return asset === later.asset ? later : { ...later, asset };
}

/** One image as two told it: what one of them leaves open, as streams and listeners do, the other one says. */
function joined(asset: Asset, other: Asset, isFresher: boolean): Asset {
  const first = isFresher ? other : asset;
  const second = isFresher ? asset : other;
  const links = first.url === null ? second : first;
  const opinion = first.picked === null ? second : first;
  const isSame = asset.url === links.url && asset.picked === opinion.picked && asset.rating === opinion.rating;
  if (isSame) return asset;
  return { ...asset, ...told(links), picked: opinion.picked, rating: opinion.rating };
}

function told({ url, thumbnail_url }: Asset): Pick<Asset, "url" | "thumbnail_url"> {
  return { url, thumbnail_url };
}
