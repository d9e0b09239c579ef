import { compareAddress, itemsOf, modeOf, slid } from "./comparisons";

describe("the address of a comparison", () => {
  it("names each item once and at most four", () => {
    expect(itemsOf(new URLSearchParams("items=a,b,a,, c ,d,e"))).toEqual(["a", "b", "c", "d"]);
    expect(itemsOf(new URLSearchParams(""))).toEqual([]);
    expect(compareAddress("bat_a", ["a", "b"])).toBe("/batches/bat_a/compare?items=a,b");
  });

  it("lays over each other only two", () => {
    const address = new URLSearchParams("mode=slider");
    expect(modeOf(address, 2)).toBe("slider");
    expect(modeOf(address, 3)).toBe("side");
    expect(modeOf(new URLSearchParams("mode=upside-down"), 2)).toBe("side");
  });
});

describe("the slider's keys", () => {
  it("move it within its ends", () => {
    expect(slid(50, "ArrowRight")).toBe(52);
    expect(slid(99, "PageUp")).toBe(100);
    expect(slid(1, "ArrowLeft")).toBe(0);
    expect(slid(30, "Home")).toBe(0);
    expect(slid(30, "End")).toBe(100);
    expect(slid(30, "a")).toBeNull();
  });
});
