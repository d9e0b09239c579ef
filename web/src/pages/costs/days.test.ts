import { everyDay } from "@/pages/costs/days";

describe("every day of a period", () => {
  it("has a row, in order, with nothing where nothing was made", () => {
    const row = { key: "2026-03-01", name: "", images: 2, calls: 3, cost_micros: 5 };
    const days = everyDay({ from: "2026-02-28", to: "2026-03-02" }, [row]);
    expect(days.map(({ key, cost_micros }) => [key, cost_micros])).toEqual([
      ["2026-02-28", 0],
      ["2026-03-01", 5],
      ["2026-03-02", 0],
    ]);
  });
});
