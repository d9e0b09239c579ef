import { type Line, leftWords, lineOf, movedIn, moveTo, stepOf } from "@/acts/lines";
import type { Moved, Where } from "@/api/lines";
import { anItem } from "@/testing/batches";

const item = (id: string) => anItem({ id, status: "pending", asset: null });

function aLine(ids: string, said: Partial<Line> = {}): Line {
  const items = [...ids].map(item);
  const beside = { sent: [], sentTotal: 0, resting: [], restingTotal: 0 };
  return { ...beside, items, total: items.length, isWhole: true, askedAt: 1, ...said };
}

const order = (line: Line) => line.items.map(({ id }) => id).join("");
const moved = (line: Line, items: string, where: Where, answer?: Moved) =>
  order(movedIn(line, { items: [...items], where }, answer));

describe("a line after a move", () => {
  it("has the images where they were put, in the order that was asked for", () => {
    expect(moved(aLine("abcde"), "d", "first")).toBe("dabce");
    expect(moved(aLine("abcde"), "db", "first")).toBe("dbace");
    expect(moved(aLine("abcde"), "ab", "last")).toBe("cdeab");
    expect(moved(aLine("abcde"), "a", { before: "d" })).toBe("bcade");
    expect(moved(aLine("abcde"), "ea", { before: "c" })).toBe("beacd");
  });

  it("is the same when it is asked for twice, or when it has happened already", () => {
    const once = movedIn(aLine("abcde"), { items: ["d"], where: { before: "b" } });
    expect(moved(once, "d", { before: "b" })).toBe("adbce");
  });

  it("knows nothing of images that have started, or before which nothing can be put any more", () => {
    expect(moved(aLine("bcde"), "ad", "first")).toBe("dbce");
    expect(moved(aLine("bcde"), "d", { before: "a" })).toBe("bcde");
  });

  it("leaves images where they are that the service refused to move", () => {
    const answer = { moved: 1, left: [{ item: "b", detail: "It is being made." }], answeredAt: 2 };
    expect(moved(aLine("abcde"), "be", "first", answer)).toBe("eabcd");
  });

  it("does not show at the end of what was read what stands behind all that was not", () => {
    expect(moved(aLine("abc", { isWhole: false, total: 9 }), "a", "last")).toBe("bc");
  });
});

describe("where images are put", () => {
  it("is before all others, behind all of them, or before one", () => {
    expect(moveTo(aLine("abcde"), ["c"], 0)).toEqual({ items: ["c"], where: "first" });
    expect(moveTo(aLine("abcde"), ["c"], 5)).toEqual({ items: ["c"], where: "last" });
    expect(moveTo(aLine("abcde"), ["c"], 1)).toEqual({ items: ["c"], where: { before: "b" } });
    expect(moveTo(aLine("abcde"), ["a"], 3)).toEqual({ items: ["a"], where: { before: "d" } });
  });

  it("keeps the order of those that move together", () => {
    expect(moveTo(aLine("abcde"), ["d", "b"], 1)).toEqual({ items: ["b", "d"], where: { before: "c" } });
    expect(moveTo(aLine("abcde"), ["b", "a"], 4)).toEqual({ items: ["a", "b"], where: { before: "e" } });
  });

  it("is nowhere when nothing would change, or what stands there is not known", () => {
    expect([2, 3].map((at) => moveTo(aLine("abcde"), ["c"], at))).toEqual([null, null]);
    expect(moveTo(aLine("abc", { isWhole: false }), ["a"], 3)).toBeNull();
    expect(moveTo(aLine("abc"), ["x"], 0)).toBeNull();
  });

  it("is one place further by a step, and none at the ends", () => {
    const line = aLine("abcd");
    const stepped = (id: string, step: 1 | -1) => {
      const move = stepOf(line, id, step);
      return move === null ? null : order(movedIn(line, move));
    };
    expect([stepped("b", -1), stepped("b", 1), stepped("c", 1)]).toEqual(["bacd", "acbd", "abdc"]);
    expect([stepped("a", -1), stepped("d", 1), stepped("x", 1)]).toEqual([null, null, null]);
  });
});

it("puts pages together that changed while they were read, and is as old as the oldest of them", () => {
  const page = { sent: [], sent_total: 0, resting: [], resting_total: 0, total: 4 };
  const line = lineOf([
    { ...page, items: [..."abc"].map(item), sent: [item("x")], sent_total: 1, next_page_token: "more", askedAt: 5 },
    { ...page, items: [..."cxd"].map(item), next_page_token: "", askedAt: 9 },
  ]);
  expect(line && [order(line), line.sentTotal, line.isWhole, line.askedAt]).toEqual(["abcd", 1, true, 5]);
  expect(lineOf([])).toBeUndefined();
});

it("says which images kept their places, and why", () => {
  const left = (...details: string[]) => details.map((detail, at) => ({ item: `itm_${at}`, detail }));
  expect(leftWords({ moved: 2 })).toBe("");
  expect(leftWords({ moved: 0, left: left("It is being made.") })).toBe("It kept its place. It is being made.");
  expect(leftWords({ moved: 3, left: left("It is being made.") })).toBe("1 image kept its place. It is being made.");
  expect(leftWords({ moved: 3, left: left("It is being made.", "It has failed already.") })).toBe(
    "2 images kept their places. They are made already, or on their way.",
  );
});
