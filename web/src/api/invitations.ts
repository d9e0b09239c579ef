import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

/** Whom the invitation of this token lets in, and where to; a Problem when it is not valid any more. */
export function useInvitation(token: string) {
  return useQuery({
    queryKey: ["invitation", token],
    queryFn: ({ signal }) => answer(api.POST("/v1/auth/invitation", { body: { token }, signal })),
    enabled: token !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });
}
