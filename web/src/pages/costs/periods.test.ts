import { change, daysBefore, daysOf, parametersOf, periodOf, plusDays, problemOfDays } from "@/pages/costs/periods";

const TODAY = "2026-03-31";
const period = (said: string) => periodOf(new URLSearchParams(said), TODAY);

describe("a period", () => {
  it("is this month unless the address says otherwise", () => {
    expect(period("")).toEqual({ kind: "month", from: "2026-03-01", to: TODAY });
    expect(period("period=30d")).toEqual({ kind: "30d", from: "2026-03-02", to: TODAY });
    expect(period("period=custom&from=2026-01-05&to=2026-01-05")).toEqual({
      kind: "custom",
      from: "2026-01-05",
      to: "2026-01-05",
    });
  });

  it.each([
    "period=custom",
    "period=custom&from=2026-02-30&to=2026-03-01",
    "period=custom&from=2026-03-02&to=2026-03-01",
    "period=custom&from=2020-01-01&to=2026-03-01",
    "period=year",
  ])("is this month for %s, which names no days", (said) => {
    expect(period(said).kind).toBe("month");
  });

  it.each(["", "period=30d", "period=custom&from=2026-01-05&to=2026-01-09"])(
    "is told by the address %j again",
    (said) => {
      expect(new URLSearchParams(parametersOf(period(said))).toString()).toBe(said);
    },
  );
});

describe("what a period is compared with", () => {
  it("is as many days just before", () => {
    expect(daysBefore(period("period=30d"))).toEqual({ from: "2026-01-31", to: "2026-03-01" });
    expect(daysBefore(period("period=custom&from=2026-03-05&to=2026-03-07"))).toEqual({
      from: "2026-03-02",
      to: "2026-03-04",
    });
  });

  it("is the same days of the month before, or all of a shorter one", () => {
    expect(daysBefore(period(""))).toEqual({ from: "2026-02-01", to: "2026-02-28" });
    expect(daysBefore(periodOf(new URLSearchParams(), "2026-01-10"))).toEqual({ from: "2025-12-01", to: "2025-12-10" });
  });

  it("tells the change as a share, and none where nothing was spent before", () => {
    expect(change(150, 200)).toBe(-0.25);
    expect(change(150, 0)).toBeNull();
  });
});

describe("days", () => {
  it("are counted with both ends, over the end of a year and the change of clocks", () => {
    expect(daysOf({ from: "2026-03-28", to: "2026-03-30" })).toBe(3);
    expect(plusDays("2026-12-31", 1)).toBe("2027-01-01");
  });

  it("are refused in words", () => {
    expect(problemOfDays({ from: "", to: "2026-01-01" })).toMatch(/first and the last/);
    expect(problemOfDays({ from: "2026-01-02", to: "2026-01-01" })).toMatch(/before the first/);
    expect(problemOfDays({ from: "2025-01-01", to: "2026-01-02" })).toMatch(/at most 366/);
    expect(problemOfDays({ from: "2025-01-01", to: "2026-01-01" })).toBeNull();
  });
});
