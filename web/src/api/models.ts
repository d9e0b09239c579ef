import { queryOptions, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

const FRESH_MS = 10 * 60_000;

/** The models that rows may name, the best first, with what they can do and cost. */
export const modelsQuery = queryOptions({
  queryKey: ["models"],
  queryFn: async ({ signal }) => (await answer(api.GET("/v1/models", { signal }))).models,
  staleTime: FRESH_MS,
});

export function useModels() {
  return useQuery(modelsQuery);
}
