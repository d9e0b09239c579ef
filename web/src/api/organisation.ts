import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { OrganisationNowView, OrganisationUpdate } from "@/api/schema";

export const ORGANISATION = ["organisation"] as const;

/** The organisation, and its day as it is now in its time zone. */
export function useOrganisation() {
  return useQuery({
    queryKey: ORGANISATION,
    queryFn: ({ signal }) => answer(api.GET("/v1/organisation", { signal })),
  });
}

export function updateOrganisation(body: OrganisationUpdate): Promise<OrganisationNowView> {
  return answer(api.PATCH("/v1/organisation", { body }));
}
