import { queryOptions, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { DraftSave, DraftView, DraftWholeView } from "@/api/schema";

/** The drafts that the API keeps for whoever is signed in, the one that was saved last first. */
export const draftsQuery = queryOptions({
  queryKey: ["drafts"],
  queryFn: async ({ signal }) => (await answer(api.GET("/v1/drafts", { signal }))).drafts,
});

export function useDrafts() {
  return useQuery(draftsQuery);
}

/** Begins a draft, once however often it is asked for under one key. */
export function createDraft(key: string): Promise<DraftView> {
  const body: DraftSave = { name: "Untitled batch", rows: 0, content: {} };
  return answer(api.POST("/v1/drafts", { body, params: { header: { "Idempotency-Key": key } } }));
}

export function readDraft(id: string): Promise<DraftWholeView> {
  return answer(api.GET("/v1/drafts/{draft_id}", { params: { path: { draft_id: id } } }));
}

/** Replaces a draft; raises a Problem (409) when it is not at this revision any more. */
export function saveDraft(id: string, body: DraftSave, revision: number): Promise<DraftView> {
  const params = { path: { draft_id: id }, header: { "If-Match": `"${revision}"` } };
  return answer(api.PUT("/v1/drafts/{draft_id}", { body, params }));
}

export async function deleteDraft(id: string): Promise<void> {
  await answer(api.DELETE("/v1/drafts/{draft_id}", { params: { path: { draft_id: id } } }));
}
