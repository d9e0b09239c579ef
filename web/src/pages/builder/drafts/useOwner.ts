/** Whose drafts these are. */
export function useOwner(): string {
  return "here";
}
