import type { UsageRow } from "@/api/schema";
import type { Days } from "@/api/usage";
import { daysOf, plusDays } from "@/pages/costs/periods";

/** A row for each day of the period, also for those on which nothing was made: the API leaves them out. */
export function everyDay(days: Days, rows: readonly UsageRow[]): UsageRow[] {
  const known = new Map(rows.map((row) => [row.key, row]));
  return Array.from({ length: daysOf(days) }, (_, index) => {
    const key = plusDays(days.from, index);
    return known.get(key) ?? { key, name: "", images: 0, calls: 0, cost_micros: 0 };
  });
}
