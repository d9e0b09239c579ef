import { aBatch } from "@/testing/batches";
import { filtersOf, isNarrowed, listed, summary } from "./listings";

const one = aBatch({ id: "bat_one", created_at: "2026-11-21T10:00:00Z" });
const two = aBatch({ id: "bat_two", created_at: "2026-11-21T09:00:00Z" });
const fresh = aBatch({ id: "bat_new", created_at: "2026-11-21T11:00:00Z" });

describe("what an address asks of the list", () => {
  it("is words, tag, model, days, state, archive and order, and no nonsense", () => {
    const said = {
      tag: "hero",
      model: "preview",
      from: "2026-11-02",
      to: "2026-11-30",
      status: "paused",
      sort: "oldest",
    };
    const all = new URLSearchParams({ ...said, q: " spring ", archived: "true" });
    expect(filtersOf(all)).toEqual({ ...said, q: "spring", archived: true });
    expect(filtersOf(new URLSearchParams("status=lost&sort=sideways&archived=maybe&q=&from=soon&model="))).toEqual({});
  });

  it("narrows it by everything but archive and order", () => {
    expect(isNarrowed({ from: "2026-11-02" })).toBe(true);
    expect(isNarrowed({ tag: "hero" })).toBe(true);
    expect(isNarrowed({ archived: true, sort: "oldest" })).toBe(false);
  });
});

describe("the list", () => {
  it("shows each batch at its newest, and what was submitted since", () => {
    const later = aBatch({ ...one, revision: 9, name: "Renamed" });
    const older = aBatch({ ...two, revision: 1, name: "Before" });
    expect(listed([one, two], [fresh, later, older], {}).map((batch) => batch.name)).toEqual([
      "Autumn",
      "Renamed",
      "Autumn",
    ]);
    expect(listed([one, two], [fresh], {})[0]?.id).toBe("bat_new");
  });

  it("adds nothing to a list that is narrowed or turned round", () => {
    expect(listed([one], [fresh], { q: "autumn" })).toEqual([one]);
    expect(listed([one], [fresh], { sort: "oldest" })).toEqual([one]);
  });

  it("lets go of what left the state that is asked for, and of what was archived", () => {
    const over = aBatch({ ...one, revision: 9, status: "completed" });
    expect(listed([one], [over], { status: "running" })).toEqual([]);
    expect(listed([one], [aBatch({ ...one, revision: 9, archived: true })], {})).toEqual([]);
  });

  it("tells how far a batch is", () => {
    expect(summary(one)).toBe("3 of 10 ready");
  });
});
