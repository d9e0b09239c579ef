import { useMutation, useQueryClient } from "@tanstack/react-query";
import { tellProblem } from "@/design/toasts";
import type { ListedDraft } from "./listings";
import { removeRemote } from "./remotes";
import { removeDraft } from "./store";

/** Deletes drafts for good, one after another, here and at the API; what is left where one cannot be deleted stays listed. */
export function useRemoval(owner: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (drafts: readonly ListedDraft[]) => {
      for (const draft of drafts) {
        if (draft.remote) await removeRemote(draft.remote);
        await removeDraft(owner, draft.id);
      }
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["drafts"] }),
    onError: (error, drafts) =>
      tellProblem(error, drafts.length === 1 ? "The draft was not deleted" : "Not all drafts were deleted"),
  });
}
