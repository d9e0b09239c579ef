import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { OrganisationUpdate, SelfUpdate } from "@/api/schema";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => answer(api.GET("/v1/me", { signal })),
});

/** Oneself, with the preferences that go along to every browser. */
export function useMe() {
  return useQuery(meQuery);
}

export function useUpdateMe() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: SelfUpdate) => answer(api.PATCH("/v1/me", { body })),
    onSuccess: (me) => queries.setQueryData(meQuery.queryKey, me),
  });
}

/** What is counted by the organisation's days. */
const DAILY = new Set(["usage", "cost-reports", "limits", "monitor"]);

export const organisationQuery = queryOptions({
  queryKey: ["organisation"],
  queryFn: ({ signal }) => answer(api.GET("/v1/organisation", { signal })),
});

/** The organisation, with the time zone that its days are counted in, and what day it is there. */
export function useOrganisation() {
  return useQuery(organisationQuery);
}

export function useUpdateOrganisation() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: OrganisationUpdate) => answer(api.PATCH("/v1/organisation", { body })),
    onSuccess: async (organisation) => {
      queries.setQueryData(organisationQuery.queryKey, organisation);
      // In another time zone every day is another one.
      await queries.invalidateQueries({ predicate: ({ queryKey: [key] }) => DAILY.has(String(key)) });
    },
  });
}
