import { asCsv, asJson, dollars, fileName, type Shown } from "@/pages/costs/exports";

const SHOWN: Shown = {
  group: "batch",
  from: "2026-11-01",
  to: "2026-11-21",
  totalMicros: 1_234_567,
  rows: [
    { key: "bat_1", name: 'Autumn, "warm"', images: 3, calls: 4, cost_micros: 1_234_566 },
    { key: "bat_2", name: "=HYPERLINK(1)", images: 0, calls: 1, cost_micros: 1 },
  ],
};

describe("an export of costs", () => {
  it("has every row as CSV, with the money whole and no formulas", () => {
    expect(asCsv(SHOWN).split("\r\n")).toEqual([
      "batch,name,images,calls,cost_micros,cost_usd",
      'bat_1,"Autumn, ""warm""",3,4,1234566,1.234566',
      "bat_2,'=HYPERLINK(1),0,1,1,0.000001",
    ]);
  });

  it("says as JSON what it is about", () => {
    const told = JSON.parse(asJson(SHOWN));
    expect(told).toMatchObject({ from: "2026-11-01", to: "2026-11-21", group_by: "batch", total_micros: 1_234_567 });
    expect(told.usage).toEqual(SHOWN.rows);
  });

  it("is named after what it holds", () => {
    expect(fileName(SHOWN, "csv")).toBe("fanfold-costs-by-batch-2026-11-01-to-2026-11-21.csv");
  });

  it.each([
    [0, "0.000000"],
    [1_000_000, "1.000000"],
    [-5, "-0.000005"],
  ])("writes %d micros as %s dollars", (micros, written) => {
    expect(dollars(micros)).toBe(written);
  });
});
