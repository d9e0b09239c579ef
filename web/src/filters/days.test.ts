import { dayBefore, daysOf } from "./days";

it("days are read from an address in their order, and nothing else is", () => {
  const read = (said: string) => daysOf(new URLSearchParams(said));
  expect(read("from=2026-11-02")).toEqual({ from: "2026-11-02", to: null });
  expect(read("from=2026-11-20&to=2026-11-02")).toEqual({ from: "2026-11-02", to: "2026-11-20" });
  expect(read("from=2026-06-31&to=tomorrow")).toEqual({ from: null, to: null });
});

it("days before a day reach over months and years", () => {
  expect(dayBefore("2026-03-01", 0)).toBe("2026-03-01");
  expect(dayBefore("2026-03-01", 1)).toBe("2026-02-28");
  expect(dayBefore("2026-01-01", 29)).toBe("2025-12-03");
});
