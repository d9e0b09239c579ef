import { renewed, shownOf } from "@/pages/dead-letters/filters";

describe("the address of dead letters", () => {
  it("says what they are filtered by, and which one is open", () => {
    const search = new URLSearchParams(
      "kind=refused&q= teapot &from=2026-01-02&discarded=true&letter=itm_1&model=preview",
    );
    expect(shownOf(search)).toEqual({
      filter: { kind: "refused", q: "teapot", from: "2026-01-02", model: "preview" },
      discarded: true,
      letter: "itm_1",
    });
  });

  it("is taken without what nobody knows", () => {
    expect(shownOf(new URLSearchParams("kind=magic&from=yesterday&to=2026-13-45&q=%20"))).toEqual({
      filter: {},
      discarded: false,
      letter: null,
    });
  });

  it("keeps what is not said anew", () => {
    const next = renewed(new URLSearchParams("kind=busy&q=a"), { q: null, letter: "itm_1", model: "" });
    expect(next.toString()).toBe("kind=busy&letter=itm_1");
  });
});
