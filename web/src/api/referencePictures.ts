import { useQueries } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

const FRESH_MS = 30 * 60_000;

/** Reference pictures by their ids, with links; one that was deleted is an error of its own. */
export function useReferencePictures(ids: readonly string[]) {
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ["references", "one", id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        answer(api.GET("/v1/references/{reference_id}", { params: { path: { reference_id: id } }, signal })),
      staleTime: FRESH_MS,
    })),
  });
}
