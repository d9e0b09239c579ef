import fc from "fast-check";
import { left, merged, NOTHING, newer, present } from "@/live/revisions";
import { image, item } from "@/live/testing/things";
import type { Item, Thing } from "@/live/things";

const IDS = ["itm_a", "itm_b", "itm_c"];

/** One state of one thing: what a revision says is the same wherever it is told, links aside. */
const states: fc.Arbitrary<Item> = fc
  .record({ id: fc.constantFrom(...IDS), revision: fc.integer({ min: 1, max: 6 }), hasLinks: fc.boolean() })
  .map(({ id, revision, hasLinks }) => stateOf(id, revision, hasLinks));
const leavings = fc.record({ id: fc.constantFrom(...IDS), revision: fc.integer({ min: 1, max: 6 }) });

function stateOf(id: string, revision: number, hasLinks: boolean): Item {
  const url = hasLinks ? `https://images.example/${id}` : null;
  const asset = image({ id: `ast_${id}`, url, thumbnail_url: url });
  return item({ id, revision, prompt: `revision ${revision}`, asset: revision > 3 ? asset : null });
}

function shuffled<T>(values: T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray(values, { minLength: values.length });
}

function ends(things: readonly Thing[]): unknown {
  return [...things].sort((one, other) => (one.id < other.id ? -1 : 1));
}

it("ends the same whatever the order of changes, and however often they are told", () => {
  const told = fc
    .tuple(fc.array(states, { maxLength: 12 }), fc.array(leavings, { maxLength: 4 }))
    .chain(([changes, gone]) =>
      fc.tuple(
        fc.constant(changes),
        fc.constant(gone),
        shuffled([...changes, ...changes]),
        shuffled(gone),
        fc.integer({ min: 0, max: 24 }),
      ),
    );
  fc.assert(
    fc.property(told, ([changes, gone, again, goneAgain, at]) => {
      const once = merged(NOTHING, changes, gone);
      const pieces = merged(merged(NOTHING, again.slice(0, at), goneAgain), again.slice(at));
      const bare = (things: readonly Thing[]) => ends(things.map((thing) => ({ ...thing, asset: null })));
      expect(bare(present(pieces))).toEqual(bare(present(once)));
    }),
  );
});

it("never goes back to an earlier revision", () => {
  fc.assert(
    fc.property(fc.array(states), (changes) => {
      let known = NOTHING;
      for (const change of changes) {
        const before = known.things.get(change.id)?.revision ?? 0;
        known = merged(known, [change]);
        expect(known.things.get(change.id)?.revision).toBe(Math.max(before, change.revision));
      }
    }),
  );
});

it("gives the very same object when nothing is new, so that nothing is drawn again", () => {
  fc.assert(
    fc.property(fc.array(states), fc.array(leavings), (changes, gone) => {
      const known = merged(NOTHING, changes, gone);
      expect(merged(known, changes, gone)).toBe(known);
    }),
  );
});

it("keeps the links of an image that a later state tells without them", () => {
  const seen = newer(stateOf("itm_a", 4, true), stateOf("itm_a", 5, false));
  expect(seen.revision).toBe(5);
  expect(seen.asset?.url).toBe("https://images.example/itm_a");
  const filled = newer(stateOf("itm_a", 5, false), stateOf("itm_a", 4, true));
  expect([filled.revision, filled.asset?.url]).toEqual([5, "https://images.example/itm_a"]);
});

it("takes no links from another image", () => {
  const other = stateOf("itm_a", 5, true);
  const again = { ...other, revision: 6, asset: image({ id: "ast_new" }) };
  expect(newer(other, again).asset?.url).toBeNull();
});

it("lets a thing be gone until it changes again", () => {
  const left = merged(NOTHING, [stateOf("itm_a", 2, false)], [{ id: "itm_a", revision: 2 }]);
  expect(present(left)).toEqual([]);
  expect(present(merged(left, [stateOf("itm_a", 1, false)]))).toEqual([]);
  expect(present(merged(left, [stateOf("itm_a", 3, false)])).map((thing) => thing.revision)).toEqual([3]);
});

it("takes for gone only what a list could have told", () => {
  const at = (index: number) => ({
    ...stateOf("itm_a", 2, false),
    id: `itm_${index}`,
    index,
    status: "failed" as const,
  });
  const topic = { of: "items" as const, batch: "bat_a", from: 0, to: 2, status: "failed" as const };
  const before = [at(0), at(1), at(5)];
  expect(left(topic, before, [at(0), at(2)])).toEqual([{ id: "itm_1", revision: 2 }]);
  expect(left(topic, before, [at(0)]).map((one) => one.id)).toEqual(["itm_1", "itm_5"]);
  expect(left({ ...topic, status: undefined }, before, [])).toEqual([]);
});
