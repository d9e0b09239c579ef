import { queryOptions, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

/** What a browser needs to know: how to sign in, and the limits. It does not change while a page is open. */
export const configurationQuery = queryOptions({
  queryKey: ["configuration"],
  queryFn: ({ signal }) => answer(api.GET("/v1/config", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

export function useConfiguration() {
  return useQuery(configurationQuery);
}
