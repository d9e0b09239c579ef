/** The words are English; days and figures are written as they are where the reader is. */
const LOCALE = localeOf(globalThis.navigator?.language ?? "en");
const MICROS = 1_000_000;
const AHEAD_SECONDS = 10;
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });
const absolute = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short" });
const longDay = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium" });

/** Micros of US dollars as money; what is less than a cent keeps the digits that tell it from nothing. */
export function money(micros: number): string {
  const dollars = micros / MICROS;
  const isSmall = dollars !== 0 && Math.abs(dollars) < 0.1;
  const digits = isSmall ? 4 : 2;
  return new Intl.NumberFormat(LOCALE, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(dollars);
}

/** A count with its noun: `count(1, "image")` is "1 image"; the plural is given where it is not the noun with an s. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${whole.format(number)} ${number === 1 ? noun : plural}`;
}

export function figure(number: number): string {
  return whole.format(number);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** How long something takes, in the two largest units: "2 h 5 min", "40 s". */
export function duration(seconds: number): string {
  const rounded = Math.max(0, Math.round(seconds));
  const [days, hours, minutes] = [
    Math.floor(rounded / 86_400),
    Math.floor((rounded % 86_400) / 3_600),
    Math.floor((rounded % 3_600) / 60),
  ];
  if (days > 0) return joined([days, "d"], [hours, "h"]);
  if (hours > 0) return joined([hours, "h"], [minutes, "min"]);
  if (minutes > 0) return joined([minutes, "min"], [minutes < 10 ? rounded % 60 : 0, "s"]);
  return `${rounded} s`;
}

export function bytes(number: number): string {
  const [size, unit] = number >= 1e6 ? [number / 1e6, "MB"] : number >= 1e3 ? [number / 1e3, "kB"] : [number, "B"];
  return `${new Intl.NumberFormat(LOCALE, { maximumFractionDigits: size < 10 ? 1 : 0 }).format(size)} ${unit}`;
}

/** "3 minutes ago", "in 2 hours", "just now". */
export function ago(at: string, now: number): string {
  const seconds = (Date.parse(at) - now) / 1000;
  const [unit, size] = UNITS.find(([, seconds_]) => Math.abs(seconds) >= seconds_) ?? [null, 1];
  // What the API's clock has just named may lie a few seconds ahead of this one's.
  if (unit === null) return seconds > AHEAD_SECONDS ? "in a moment" : "just now";
  return relative.format(Math.trunc(seconds / size), unit);
}

/** The day and the time where the reader is. */
export function moment(at: string): string {
  return absolute.format(new Date(at));
}

/** A calendar day such as 2026-11-21, which belongs to no time zone. */
export function day(date: string): string {
  const [year, month, dayOfMonth] = date.split("-").map(Number);
  return longDay.format(new Date(year ?? 0, (month ?? 1) - 1, dayOfMonth ?? 1));
}

function joined(...parts: [number, string][]): string {
  return parts
    .filter(([number]) => number > 0)
    .map(([number, unit]) => `${number} ${unit}`)
    .join(" ");
}

function localeOf(language: string): string {
  const { region } = new Intl.Locale(language).maximize();
  return region === undefined ? "en" : `en-${region}`;
}
