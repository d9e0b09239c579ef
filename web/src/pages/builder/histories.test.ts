import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { act, begin, type History, LONGEST, redo, rewrite, undo } from "./histories";

const acts = fc.array(fc.oneof(fc.integer(), fc.constant("undo"), fc.constant("redo")), { maxLength: 300 });

function walk(steps: readonly (number | string)[]): History<number> {
  return steps.reduce<History<number>>((history, step) => {
    if (step === "undo") return undo(history);
    if (step === "redo") return redo(history);
    return act(history, "Edit", Number(step));
  }, begin(0));
}

describe("a history", () => {
  it("is back where it was after an act and its undoing, whatever went before", () => {
    fc.assert(
      fc.property(acts, fc.integer(), (steps, next) => {
        const before = walk(steps);
        fc.pre(!Object.is(next, before.present));
        const after = undo(act(before, "Edit", next));
        expect(after.present).toBe(before.present);
        expect(after.past.map((step) => step.state)).toEqual(
          before.past.slice(-(LONGEST - 1)).map((step) => step.state),
        );
      }),
    );
  });

  it("is the same after an undo and a redo", () => {
    fc.assert(
      fc.property(acts, (steps) => {
        const before = walk(steps);
        fc.pre(before.past.length > 0);
        const after = redo(undo(before));
        expect(after.present).toBe(before.present);
        expect(after.future).toEqual(before.future);
      }),
    );
  });

  it("never keeps more than its bound", () => {
    fc.assert(fc.property(acts, (steps) => walk(steps).past.length <= LONGEST));
    const long = walk(Array.from({ length: LONGEST * 2 }, (_, number) => number + 1));
    expect(long.past).toHaveLength(LONGEST);
  });

  it("takes the letters of one burst as one step", () => {
    const typed = ["S", "Sp", "Spr"].reduce((history, name) => act(history, "Name", name, "name"), begin(""));
    expect(typed.past).toHaveLength(1);
    expect(undo(typed).present).toBe("");
  });

  it("forgets what was taken back once something new is done", () => {
    const history = act(undo(act(begin(0), "Edit", 1)), "Edit", 2);
    expect(redo(history).present).toBe(2);
  });

  it("is rewritten in all that was and may be again", () => {
    const history = rewrite(undo(act(act(begin(1), "Edit", 2), "Edit", 3)), (number) => number * 10);
    expect([undo(history).present, history.present, redo(history).present]).toEqual([10, 20, 30]);
  });

  it("keeps nothing of an act that changes nothing", () => {
    expect(act(begin(1), "Edit", 1).past).toEqual([]);
  });
});
