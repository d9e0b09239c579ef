import type { LimitSetView, MemberLimitSettings, OrganisationLimitSettings } from "@/api/schema";
import { count, money } from "@/design/formats";

const MICROS = 1_000_000;

/** What a limit can be set of, as the API names it. */
export type Field = "day_micros" | "month_micros" | "total_micros" | "month_images";

export const FIELD_WORDS: Record<Field, { label: string; each: string }> = {
  day_micros: { label: "A day", each: "a day" },
  month_micros: { label: "A month", each: "a month" },
  total_micros: { label: "In all", each: "in all" },
  month_images: { label: "Images a month", each: "a month" },
};

export const MONEY_FIELDS: readonly Field[] = ["day_micros", "month_micros", "total_micros"];
export const MEMBER_FIELDS: readonly Field[] = [...MONEY_FIELDS, "month_images"];

/** What a form holds: dollars or images as they are typed; an empty text sets no limit. */
export type Typed = Record<Field, number | string>;

export type Limits = Pick<LimitSetView, Field>;

/** Limits as a form shows them. */
export function typedOf(limits: Limits): Typed {
  const dollars = (micros: number | null) => (micros === null ? "" : micros / MICROS);
  return {
    day_micros: dollars(limits.day_micros),
    month_micros: dollars(limits.month_micros),
    total_micros: dollars(limits.total_micros),
    month_images: limits.month_images ?? "",
  };
}

/** What was typed as limits, in whole micros. */
export function limitsOf(typed: Typed): Limits {
  return {
    day_micros: microsOf(typed.day_micros),
    month_micros: microsOf(typed.month_micros),
    total_micros: microsOf(typed.total_micros),
    month_images: numberOf(typed.month_images),
  };
}

/** Dollars as they are typed, in whole micros; null where nothing is typed. */
export function microsOf(typed: number | string): number | null {
  const dollars = numberOf(typed);
  return dollars === null ? null : Math.round(dollars * MICROS);
}

/** The fields that the API takes for these limits; `null` lifts one. */
export function bodyOf(limits: Limits, fields: readonly Field[]): MemberLimitSettings & OrganisationLimitSettings {
  return Object.fromEntries(fields.map((field) => [field, limits[field]]));
}

/** A limit in words: "$50.00 a day", or that there is none. */
export function limitWords(field: Field, limit: number | null): string {
  if (limit === null) return "No limit";
  return field === "month_images" ? count(limit, "image") : money(limit);
}

/** What saving would change, each in a sentence: "A day: $50.00 → no limit". */
export function changes(from: Limits, to: Limits, fields: readonly Field[]): string[] {
  const changed = fields.filter((field) => from[field] !== to[field]);
  return changed.map((field) => {
    const then = limitWords(field, from[field]);
    const now = limitWords(field, to[field]);
    return `${FIELD_WORDS[field].label}: ${then} → ${to[field] === null ? now.toLowerCase() : now}`;
  });
}

function numberOf(typed: number | string): number | null {
  if (typed === "") return null;
  const number = Number(typed);
  return Number.isFinite(number) ? number : null;
}
