import type { CreditsView, StandingView, Unit } from "@/api/schema";
import { count, day, money } from "@/design/formats";

/** An amount in its unit: "$12.00" or "3 images". */
export function amount(number: number, unit: Unit): string {
  return unit === "micros" ? money(number) : count(number, "image");
}

/** A limit's name as a heading. */
export function titled(name: string): string {
  const bare = name.replace(/^the /i, "");
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}

/** What a bar shows, for those who do not see it. */
export function standingWords({
  spent,
  reserved,
  left,
  limit,
  unit,
}: Pick<StandingView, "spent" | "reserved" | "left" | "limit" | "unit">): string {
  const held = reserved > 0 ? `, ${amount(reserved, unit)} held` : "";
  return `${amount(spent, unit)} of ${amount(limit, unit)} spent${held}, ${amount(left, unit)} left`;
}

/** How the API calls the organisation among those who hold credits. */
export const ORGANISATION_HOLDER = "organisation";

/** When credits are renewed, and to what. */
export function renewalWords({
  renewal_micros,
  renews_on,
  monthly,
}: Pick<CreditsView, "renewal_micros" | "renews_on" | "monthly">): string {
  if (renewal_micros === null || renews_on === null) return "They are not renewed.";
  const rhythm = monthly ? `each month, first on ${day(renews_on)}` : `once, on ${day(renews_on)}`;
  return `Renewed to ${money(renewal_micros)} ${rhythm}.`;
}
