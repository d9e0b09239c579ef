import { canCompare, extendedTo, toggledIn } from "./selections";

describe("chosen tiles", () => {
  it("are added and taken away one by one, in the order of choosing", () => {
    expect(toggledIn(toggledIn([], "b"), "a")).toEqual(["b", "a"]);
    expect(toggledIn(["b", "a"], "b")).toEqual(["a"]);
  });

  it("are extended from the one before to this one, either way", () => {
    const shown = ["a", "b", "c", "d"];
    expect(extendedTo(["b"], "b", "d", shown)).toEqual(["b", "c", "d"]);
    expect(extendedTo(["d"], "d", "b", shown)).toEqual(["d", "b", "c"]);
    expect(extendedTo(["x"], "x", "c", shown)).toEqual(["x", "c"]);
    expect(extendedTo(["c"], null, "c", shown)).toEqual(["c"]);
    expect(extendedTo(["c", "b"], "b", "d", shown)).toEqual(["c", "b", "d"]);
  });

  it("can be compared from two to four", () => {
    expect([1, 2, 4, 5].map(canCompare)).toEqual([false, true, true, false]);
  });
});
