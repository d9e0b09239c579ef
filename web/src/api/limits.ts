import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type {
  CreditGrant,
  CreditsView,
  LimitSettings,
  MemberLimitSettings,
  OrganisationLimitSettings,
} from "@/api/schema";

/** The key of everything that is read of limits and credits. */
export const LIMITS = ["limits"] as const;

/** Limits as they are set, and those in force with how much of each is left. */
export type LimitsHeld = NonNullable<ReturnType<typeof useLimits>["data"]>;

/** What binds the one who asks, and how much of it is left. */
export function useLimits() {
  return useQuery({
    queryKey: [...LIMITS, "own"],
    queryFn: ({ signal }) => answer(api.GET("/v1/limits", { signal })),
  });
}

/** Members who have limits of their own; for admins. */
export function useOwnLimits(enabled: boolean) {
  return useQuery({
    queryKey: [...LIMITS, "members"],
    queryFn: ({ signal }) => answer(api.GET("/v1/limits/members", { signal })),
    enabled,
  });
}

/** The organisation's credits and one's own; for admins every member's. */
export function useCredits() {
  return useQuery({
    queryKey: [...LIMITS, "credits"],
    queryFn: ({ signal }) => answer(api.GET("/v1/credits", { signal })),
  });
}

export function setOrganisationLimits(body: OrganisationLimitSettings) {
  return answer(api.PUT("/v1/limits/organisation", { body }));
}

/** What holds for every member who has no limits of their own. */
export function setMembersLimits(body: MemberLimitSettings) {
  return answer(api.PUT("/v1/limits/members", { body }));
}

export function setBatchesLimits(body: LimitSettings) {
  return answer(api.PUT("/v1/limits/batches", { body }));
}

export function setMemberLimits(member: string, body: MemberLimitSettings) {
  return answer(api.PUT("/v1/limits/members/{member_id}", { params: { path: { member_id: member } }, body }));
}

/** From now on what holds for all members holds for this one. */
export function clearMemberLimits(member: string): Promise<unknown> {
  return answer(api.DELETE("/v1/limits/members/{member_id}", { params: { path: { member_id: member } } }));
}

/** Credits on top of what is left; `key` makes it happen once. */
export function grantCredits(body: CreditGrant, key: string): Promise<CreditsView> {
  return answer(api.POST("/v1/credits", { params: { header: { "Idempotency-Key": key } }, body }));
}

/** End the credits of `organisation` or of a member. */
export function endCredits(holder: string): Promise<unknown> {
  return answer(api.DELETE("/v1/credits/{holder_id}", { params: { path: { holder_id: holder } } }));
}
