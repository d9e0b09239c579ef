import { bodyOf, changes, limitsOf, MEMBER_FIELDS, MONEY_FIELDS, typedOf } from "@/pages/limits/settings";

const NONE = { day_micros: null, month_micros: null, total_micros: null, month_images: null };

describe("limits in a form", () => {
  it("are dollars and images, and come back as the same micros", () => {
    const limits = { day_micros: 50_000_000, month_micros: 1_234_567, total_micros: null, month_images: 0 };
    expect(typedOf(limits)).toEqual({ day_micros: 50, month_micros: 1.234567, total_micros: "", month_images: 0 });
    expect(limitsOf(typedOf(limits))).toEqual(limits);
  });

  it("are whole micros, whatever floats make of them", () => {
    expect(limitsOf({ ...typedOf(NONE), day_micros: 0.29 }).day_micros).toBe(290_000);
    expect(limitsOf({ ...typedOf(NONE), day_micros: "1.1" }).day_micros).toBe(1_100_000);
  });

  it("set nothing where nothing is typed", () => {
    expect(limitsOf(typedOf(NONE))).toEqual(NONE);
    expect(bodyOf(NONE, MONEY_FIELDS)).toEqual({ day_micros: null, month_micros: null, total_micros: null });
  });

  it("say what saving would change, and nothing of what stays", () => {
    const to = { ...NONE, month_micros: 2_000_000, month_images: 3 };
    expect(changes({ ...NONE, day_micros: 50_000_000 }, to, MEMBER_FIELDS)).toEqual([
      "A day: $50.00 → no limit",
      "A month: No limit → $2.00",
      "Images a month: No limit → 3 images",
    ]);
    expect(changes(to, to, MEMBER_FIELDS)).toEqual([]);
  });
});
