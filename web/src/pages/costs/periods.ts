import type { Days } from "@/api/usage";

const DAY_MS = 86_400_000;
const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The most days that the API adds up in one answer. */
export const MOST_DAYS = 366;

export type PeriodKind = "month" | "30d" | "custom";

export interface Period extends Days {
  kind: PeriodKind;
}

/** The period that an address names, on this day of the organisation's; what it says wrongly is this month. */
export function periodOf(search: URLSearchParams, today: string): Period {
  const kind = search.get("period");
  if (kind === "30d") return { kind, from: plusDays(today, -29), to: today };
  const [from, to] = [search.get("from") ?? "", search.get("to") ?? ""];
  if (kind === "custom" && isDay(from) && isDay(to) && problemOfDays({ from, to }) === null) return { kind, from, to };
  return { kind: "month", from: `${today.slice(0, 8)}01`, to: today };
}

/** What the address says of a period. */
export function parametersOf(period: Period): Record<string, string> {
  if (period.kind === "month") return {};
  if (period.kind === "30d") return { period: "30d" };
  return { period: "custom", from: period.from, to: period.to };
}

/** The days to compare with: as many, just before; of a month that began on its first, the same days of the month before. */
export function daysBefore(period: Period): Days {
  if (period.kind === "month") {
    const lastOfBefore = plusDays(period.from, -1);
    const from = `${lastOfBefore.slice(0, 8)}01`;
    const sameDay = plusDays(from, daysOf(period) - 1);
    return { from, to: sameDay < lastOfBefore ? sameDay : lastOfBefore };
  }
  const to = plusDays(period.from, -1);
  return { from: plusDays(to, 1 - daysOf(period)), to };
}

/** How many days, both ends included. */
export function daysOf({ from, to }: Days): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
}

export function plusDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** What is wrong with days that were typed, in words, or null. */
export function problemOfDays({ from, to }: Days): string | null {
  if (!isDay(from) || !isDay(to)) return "Choose the first and the last day.";
  if (to < from) return "The last day is before the first.";
  if (daysOf({ from, to }) > MOST_DAYS) return `Choose at most ${MOST_DAYS} days.`;
  return null;
}

/** How much more or less was spent than before: -0.25 is a quarter less; null where nothing was spent before. */
export function change(now: number, then: number): number | null {
  return then === 0 ? null : (now - then) / then;
}

function isDay(text: string): boolean {
  const at = Date.parse(text);
  return ISO_DAY.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
