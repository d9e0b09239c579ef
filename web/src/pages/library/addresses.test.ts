import fc from "fast-check";
import {
  addressOf,
  batchesPathOf,
  EVERYTHING,
  filtersOf,
  isNarrowed,
  type LibraryView,
  pathOf,
  RATED,
  viewOf,
} from "./addresses";

const words = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => text.trim() === text && text !== "");
const day = fc
  .date({ min: new Date("2020-01-01"), max: new Date("2030-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const views: fc.Arbitrary<LibraryView> = fc
  .record({
    q: fc.oneof(fc.constant(""), words),
    model: fc.option(words),
    tag: fc.option(words),
    batch: fc.option(words),
    from: fc.option(day),
    to: fc.option(day),
    rating: fc.option(fc.constantFrom(...RATED)),
    picked: fc.option(fc.boolean()),
    sort: fc.constantFrom("newest" as const, "oldest" as const),
  })
  .map((view) => (view.from !== null && view.to !== null && view.from > view.to ? { ...view, to: null } : view));

describe("the library's address", () => {
  it("says every view so that it is found again", () => {
    fc.assert(
      fc.property(views, (view) => {
        expect(viewOf(addressOf(view))).toEqual(view);
      }),
    );
    fc.assert(
      fc.property(views, (view) => {
        const read = new URL(`https://fanfold.example${pathOf(view, "ast_a")}`);
        expect([read.pathname, viewOf(read.searchParams)]).toEqual(["/library/ast_a", view]);
      }),
    );
  });

  it("says nothing where everything is shown", () => {
    expect(pathOf(EVERYTHING)).toBe("/library");
    expect(viewOf(new URLSearchParams())).toEqual(EVERYTHING);
  });

  it("reads what makes no sense as if it were not there", () => {
    const wrong = "q=%20%20&rating=9&picked=perhaps&sort=best&from=2026-06-31&to=tomorrow";
    expect(viewOf(new URLSearchParams(wrong))).toEqual(EVERYTHING);
  });

  it("puts days in order", () => {
    expect(viewOf(new URLSearchParams("from=2026-11-20&to=2026-11-02"))).toMatchObject({
      from: "2026-11-02",
      to: "2026-11-20",
    });
  });

  it("is narrowed by everything but the order", () => {
    expect(isNarrowed({ ...EVERYTHING, sort: "oldest" })).toBe(false);
    expect(isNarrowed({ ...EVERYTHING, picked: false })).toBe(true);
  });
});

describe("what the API is asked", () => {
  it("is the organisation's days, both of them whole", () => {
    expect(filtersOf({ ...EVERYTHING, from: "2026-11-02", to: "2026-11-30" })).toEqual({
      from: "2026-11-02",
      to: "2026-11-30",
    });
  });

  it("is one rating, any, or none", () => {
    expect(filtersOf({ ...EVERYTHING, rating: "0" })).toEqual({ rating: 0 });
    expect(filtersOf({ ...EVERYTHING, rating: "rated" })).toEqual({ rated: true });
    expect(filtersOf({ ...EVERYTHING, rating: "unrated" })).toEqual({ rated: false });
  });

  it("keeps for batches what batches can be asked", () => {
    expect(batchesPathOf({ ...EVERYTHING, q: "teal", tag: "hero", model: "preview", rating: "4" })).toBe(
      "/batches?q=teal&model=preview&tag=hero",
    );
  });
});
