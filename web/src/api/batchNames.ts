import { queryOptions, useQuery } from "@tanstack/react-query";
import { BATCHES } from "@/api/batches";
import { answer, api } from "@/api/client";
import { asProblem } from "@/api/problems";

const FRESH_MS = 10 * 60_000;

/** What a batch is called; null where it was deleted. */
export function batchNameQuery(id: string) {
  return queryOptions({
    queryKey: [...BATCHES, "name", id],
    queryFn: async ({ signal }) => {
      try {
        return (await answer(api.GET("/v1/batches/{batch_id}", { params: { path: { batch_id: id } }, signal }))).name;
      } catch (error) {
        if (asProblem(error).status === 404) return null;
        throw error;
      }
    },
    staleTime: FRESH_MS,
  });
}

/** Undefined until it is known. */
export function useBatchName(id: string | null): string | null | undefined {
  return useQuery({ ...batchNameQuery(id ?? ""), enabled: id !== null }).data;
}
