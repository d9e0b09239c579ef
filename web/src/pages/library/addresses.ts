import type { AssetFilters } from "@/api/assets";
import { daysOf } from "@/filters/days";

export const RATINGS = ["4", "3", "2", "1", "0"] as const;
export const RATED = [...RATINGS, "rated", "unrated"] as const;

/** Which rating is wanted: one of them, any, or none yet. */
export type Rated = (typeof RATED)[number];

/** What the library shows, as its address says it; null where it does not narrow. Days are those of the organisation's clocks. */
export interface LibraryView {
  q: string;
  model: string | null;
  tag: string | null;
  batch: string | null;
  from: string | null;
  to: string | null;
  rating: Rated | null;
  picked: boolean | null;
  sort: "newest" | "oldest";
}

export const EVERYTHING: LibraryView = {
  q: "",
  model: null,
  tag: null,
  batch: null,
  from: null,
  to: null,
  rating: null,
  picked: null,
  sort: "newest",
};

const LONGEST = { q: 200, model: 100, tag: 50, batch: 64 } as const;

/** What an address says; what it says wrongly is as if it were not said. */
export function viewOf(address: URLSearchParams): LibraryView {
  const words = (name: keyof typeof LONGEST) => (address.get(name) ?? "").trim().slice(0, LONGEST[name]);
  const picked = address.get("picked");
  return {
    q: words("q"),
    model: words("model") || null,
    tag: words("tag") || null,
    batch: words("batch") || null,
    ...daysOf(address),
    rating: RATED.find((rating) => rating === address.get("rating")) ?? null,
    picked: picked === "yes" ? true : picked === "no" ? false : null,
    sort: address.get("sort") === "oldest" ? "oldest" : "newest",
  };
}

/** The address of a view: only what narrows it is said. */
export function addressOf(view: LibraryView): URLSearchParams {
  const address = new URLSearchParams();
  const say = (name: string, value: string | null) => value && address.set(name, value);
  say("q", view.q.trim());
  say("model", view.model);
  say("tag", view.tag);
  say("batch", view.batch);
  say("from", view.from);
  say("to", view.to);
  say("rating", view.rating);
  say("picked", view.picked === null ? null : view.picked ? "yes" : "no");
  say("sort", view.sort === "oldest" ? "oldest" : null);
  return address;
}

/** The path of the library, or of one of its images, that keeps the view. */
export function pathOf(view: LibraryView, asset?: string): string {
  const search = addressOf(view).toString();
  return `/library${asset === undefined ? "" : `/${asset}`}${search === "" ? "" : `?${search}`}`;
}

/** Whether it shows less than everything; the order narrows nothing. */
export function isNarrowed(view: LibraryView): boolean {
  return addressOf({ ...view, sort: "newest" }).size > 0;
}

/** What the API is asked for a view. */
export function filtersOf(view: LibraryView): AssetFilters {
  const exact = RATINGS.some((rating) => rating === view.rating);
  return {
    ...(view.q !== "" && { q: view.q }),
    ...(view.model !== null && { model: view.model }),
    ...(view.tag !== null && { tag: view.tag }),
    ...(view.batch !== null && { batch: view.batch }),
    ...(view.from !== null && { from: view.from }),
    ...(view.to !== null && { to: view.to }),
    ...(view.picked !== null && { picked: view.picked }),
    ...(exact && { rating: Number(view.rating) }),
    ...(!exact && view.rating !== null && { rated: view.rating === "rated" }),
    ...(view.sort === "oldest" && { sort: "oldest" as const }),
  };
}

/** The batches that the same words, model, tag and days find. */
export function batchesPathOf(view: LibraryView): string {
  const { q, model, tag, from, to, sort } = view;
  const search = addressOf({ ...EVERYTHING, q, model, tag, from, to, sort }).toString();
  return `/batches${search === "" ? "" : `?${search}`}`;
}
