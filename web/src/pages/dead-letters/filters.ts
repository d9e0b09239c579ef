import type { DeadLetterFilter } from "@/api/schema";
import { KINDS } from "@/viewer/reasons";

const TEXTS = ["batch", "model", "provider", "q"] as const;
const DAYS = ["from", "to"] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What the page's address says: which letters, and which of them is open. */
export interface Shown {
  filter: DeadLetterFilter;
  discarded: boolean;
  /** The letter that is looked at. */
  letter: string | null;
}

/** What an address says; what it says wrongly is left out. */
export function shownOf(search: URLSearchParams): Shown {
  const filter: DeadLetterFilter = {};
  const kind = KINDS.find((one) => one === search.get("kind"));
  if (kind !== undefined) filter.kind = kind;
  for (const name of TEXTS) {
    const text = search.get(name)?.trim();
    if (text) filter[name] = text;
  }
  for (const name of DAYS) {
    const day = search.get(name) ?? "";
    if (DAY.test(day) && !Number.isNaN(Date.parse(day))) filter[name] = day;
  }
  return { filter, discarded: search.get("discarded") === "true", letter: search.get("letter") };
}

/** The address with some of it said anew; empty values are left out. */
export function renewed(search: URLSearchParams, said: Record<string, string | null>): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(said)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  }
  return next;
}
