import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

const FRESH_MS = 10 * 60_000;
const MOST = 100;
const NONE: ReadonlyMap<string, string> = new Map();

/** Names of members by their ids, former ones too; empty until they are read. */
export function useNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const wanted = [...new Set(ids)].sort().slice(0, MOST);
  const { data } = useQuery({
    queryKey: ["members", "names", wanted],
    queryFn: async ({ signal }) => {
      const { names } = await answer(api.POST("/v1/members:names", { body: { ids: wanted }, signal }));
      return new Map(Object.entries(names));
    },
    enabled: wanted.length > 0,
    staleTime: FRESH_MS,
    placeholderData: (before) => before,
  });
  return data ?? NONE;
}
