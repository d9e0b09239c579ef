import { useSession } from "@/session/useSession";

/** Whose drafts these are: one member's of one organisation. */
export function useOwner(): string {
  const { organisation, user } = useSession();
  return `${organisation.id}/${user.id}`;
}
