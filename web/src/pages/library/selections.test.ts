import fc from "fast-check";
import { chosen, chosenAfter, NOTHING, type Selection, type SelectionStep } from "./selections";

const SHOWN = ["a", "b", "c", "d", "e", "f"];
const ids = fc.constantFrom(...SHOWN);
const steps: fc.Arbitrary<SelectionStep> = fc.oneof(
  fc.record({ kind: fc.constant("toggle" as const), id: ids }),
  fc.record({ kind: fc.constant("range" as const), id: ids, shown: fc.constant(SHOWN) }),
  fc.constant({ kind: "all" as const, shown: SHOWN }),
  fc.record({ kind: fc.constant("keep" as const), there: fc.subarray(SHOWN).map((there) => new Set(there)) }),
  fc.constant({ kind: "clear" as const }),
);
const selections = fc.array(steps, { maxLength: 12 }).map((taken) => taken.reduce(chosenAfter, NOTHING));
const all = (selection: Selection) => [...chosen(selection)].sort();

describe("chosen images", () => {
  it("are changed by a toggle in this one alone", () => {
    fc.assert(
      fc.property(selections, ids, (before, id) => {
        const after = chosen(chosenAfter(before, { kind: "toggle", id }));
        expect(after.has(id)).toBe(!chosen(before).has(id));
        for (const other of SHOWN.filter((one) => one !== id)) expect(after.has(other)).toBe(chosen(before).has(other));
      }),
    );
  });

  it("are as before when toggled twice", () => {
    fc.assert(
      fc.property(selections, ids, (before, id) => {
        const twice = [1, 2].reduce((selection) => chosenAfter(selection, { kind: "toggle", id }), before);
        expect(all(twice)).toEqual(all(before));
      }),
    );
  });

  it("hold both ends of a range and all between", () => {
    fc.assert(
      fc.property(selections, ids, ids, (before, from, to) => {
        const begun = chosenAfter(before, { kind: "toggle", id: from });
        const after = chosen(chosenAfter(begun, { kind: "range", id: to, shown: SHOWN }));
        const [first = 0, last = 0] = [SHOWN.indexOf(from), SHOWN.indexOf(to)].sort((one, other) => one - other);
        for (const id of SHOWN.slice(first, last + 1)) expect(after.has(id)).toBe(true);
        for (const id of chosen(begun)) expect(after.has(id)).toBe(true);
      }),
    );
  });

  it("depend on the last end of a range alone, however it was drawn", () => {
    fc.assert(
      fc.property(selections, ids, fc.array(ids), ids, (before, from, way, to) => {
        const begun = chosenAfter(before, { kind: "toggle", id: from });
        const range = (selection: Selection, id: string) => chosenAfter(selection, { kind: "range", id, shown: SHOWN });
        expect(all(range(way.reduce(range, begun), to))).toEqual(all(range(begun, to)));
      }),
    );
  });

  it("are never what is not there any more", () => {
    fc.assert(
      fc.property(selections, fc.subarray(SHOWN), (before, there) => {
        const after = chosenAfter(before, { kind: "keep", there: new Set(there) });
        expect(all(after)).toEqual(all(before).filter((id) => there.includes(id)));
        expect(after.anchor === null || there.includes(after.anchor)).toBe(true);
      }),
    );
  });

  it("are all that are shown, or none", () => {
    fc.assert(
      fc.property(selections, (before) => {
        expect(all(chosenAfter(before, { kind: "all", shown: SHOWN }))).toEqual(SHOWN);
        expect(all(chosenAfter(before, { kind: "clear" }))).toEqual([]);
      }),
    );
  });

  it("begin a range where none is anchored with this one alone", () => {
    expect(all(chosenAfter(NOTHING, { kind: "range", id: "c", shown: SHOWN }))).toEqual(["c"]);
    expect(chosenAfter(NOTHING, { kind: "range", id: "x", shown: SHOWN })).toBe(NOTHING);
  });
});
