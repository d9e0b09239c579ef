import type { CreditGrant } from "@/api/schema";
import { microsOf } from "@/pages/limits/settings";
import { ORGANISATION_HOLDER } from "@/pages/limits/words";

/** A grant as it is typed, in dollars. */
export interface Grant {
  /** A member's id, or `organisation`. */
  member: string;
  amount_micros: number | string;
  renews: boolean;
  renewal: { amount_micros: number | string; on: string; monthly: boolean };
}

/** A grant as the API takes it. */
export function grantOf({ member, amount_micros, renews, renewal }: Grant): CreditGrant {
  return {
    amount_micros: microsOf(amount_micros) ?? 0,
    ...(member !== ORGANISATION_HOLDER && { member }),
    ...(renews && { renewal: { ...renewal, amount_micros: microsOf(renewal.amount_micros) ?? 0 } }),
  };
}
