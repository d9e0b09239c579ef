/** Days that a list is narrowed to, both of them whole, as the organisation's clocks have them; null where it is not. */
export interface DaysWanted {
  from: string | null;
  to: string | null;
}

/** The days that an address says, in their order; what is none is as if it were not said. */
export function daysOf(address: URLSearchParams): DaysWanted {
  const [from, to] = [dayOf(address.get("from")), dayOf(address.get("to"))];
  return from !== null && to !== null && from > to ? { from: to, to: from } : { from, to };
}

/** A day so many days before another one. */
export function dayBefore(day: string, days: number): string {
  const then = new Date(`${day}T00:00:00Z`);
  then.setUTCDate(then.getUTCDate() - days);
  return then.toISOString().slice(0, 10);
}

function dayOf(said: string | null): string | null {
  if (said === null || !/^[12]\d{3}-\d{2}-\d{2}$/.test(said)) return null;
  const time = Date.parse(`${said}T00:00:00Z`);
  // A 31st of June would be taken for the 1st of July.
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== said ? null : said;
}
