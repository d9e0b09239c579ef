import { ago, bytes, count, day, duration, money, percent } from "@/design/formats";

const NOW = Date.parse("2026-11-21T12:00:00Z");

describe("formats", () => {
  it.each([
    [0, "$0.00"],
    [1_234_560_000, "$1,234.56"],
    [39_000, "$0.039"],
    [500, "$0.0005"],
    [-2_000_000, "-$2.00"],
  ])("tells %i micros as money: %s", (micros, words) => {
    expect(money(micros)).toBe(words);
  });

  it.each([
    ["2026-11-21T12:00:00Z", "just now"],
    ["2026-11-21T12:00:04Z", "just now"],
    ["2026-11-21T12:00:15Z", "in a moment"],
    ["2026-11-21T11:57:00Z", "3 minutes ago"],
    ["2026-11-20T11:00:00Z", "yesterday"],
    ["2026-11-21T14:30:00Z", "in 2 hours"],
    ["2025-10-01T00:00:00Z", "last year"],
  ])("tells %s as %s", (at, words) => {
    expect(ago(at, NOW)).toBe(words);
  });

  it.each([
    [0, "0 s"],
    [59.6, "1 min"],
    [125, "2 min 5 s"],
    [7_500, "2 h 5 min"],
    [90_000, "1 d 1 h"],
  ])("tells %d seconds as %s", (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });

  it("counts with the noun's own number", () => {
    expect([count(1, "image"), count(1200, "image"), count(0, "entry", "entries")]).toEqual([
      "1 image",
      "1,200 images",
      "0 entries",
    ]);
  });

  it("tells sizes, shares and days", () => {
    expect([bytes(900), bytes(1_500), bytes(23_000_000), percent(0.256), day("2026-11-21")]).toEqual([
      "900 B",
      "1.5 kB",
      "23 MB",
      "26%",
      "Nov 21, 2026",
    ]);
  });
});
