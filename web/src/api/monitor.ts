import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

const BEAT_MS = 5_000;

/** The organisation's work now, asked for anew every few seconds while the page is seen. */
export function useMonitor(enabled: boolean) {
  return useQuery({
    queryKey: ["monitor"],
    queryFn: ({ signal }) => answer(api.GET("/v1/monitor", { signal })),
    enabled,
    staleTime: 0,
    refetchInterval: BEAT_MS,
    refetchIntervalInBackground: false,
  });
}
