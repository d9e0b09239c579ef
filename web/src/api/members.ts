import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { InvitationView, MemberInvite, MemberInvitedView, MemberUpdate, MemberView } from "@/api/schema";

const PAGE = 100;
const MOST_PAGES = 20;

/** The key of everything that is read of members. */
export const MEMBERS = ["members"] as const;

/** The organisation's members page by page, or those who were removed. */
export function useMemberPages(removed: boolean) {
  return useInfiniteQuery({
    queryKey: [...MEMBERS, "pages", removed],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => readMembers(pageParam, removed, signal),
    getNextPageParam: (page) => page.next_page_token || undefined,
  });
}

/** All members who belong, for choosing one of them. */
export function useAllMembers(enabled: boolean) {
  return useQuery({ queryKey: [...MEMBERS, "all"], queryFn: ({ signal }) => readAllMembers(signal), enabled });
}

export function inviteMember(body: MemberInvite, key: string): Promise<MemberInvitedView> {
  return answer(api.POST("/v1/members", { params: { header: { "Idempotency-Key": key } }, body }));
}

export function updateMember(member: string, body: MemberUpdate): Promise<MemberView> {
  return answer(api.PATCH("/v1/members/{member_id}", { params: { path: { member_id: member } }, body }));
}

/** Another invitation in place of the one before. */
export function reinviteMember(member: string): Promise<InvitationView> {
  return answer(api.POST("/v1/members/{member_id}:invite", { params: { path: { member_id: member } } }));
}

export function removeMember(member: string): Promise<unknown> {
  return answer(api.DELETE("/v1/members/{member_id}", { params: { path: { member_id: member } } }));
}

function readMembers(token: string, removed: boolean, signal: AbortSignal) {
  const query = { page_size: PAGE, removed, ...(token !== "" && { page_token: token }) };
  return answer(api.GET("/v1/members", { params: { query }, signal }));
}

async function readAllMembers(signal: AbortSignal): Promise<MemberView[]> {
  const found: MemberView[] = [];
  let token = "";
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read = await readMembers(token, false, signal);
    found.push(...read.members);
    token = read.next_page_token;
    if (token === "") break;
  }
  return found;
}
