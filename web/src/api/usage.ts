import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

/** What a row of usage stands for. */
export type UsageGroup = "day" | "model" | "member" | "batch";

/** Whole days, both included, as the API counts them: by the organisation's clocks. */
export interface Days {
  from: string;
  to: string;
}

const REPORTS = 31;

/** What was made and spent in these days, day by day or by what it was for. */
export function useUsage(days: Days, group: UsageGroup) {
  return useQuery({
    queryKey: ["usage", days.from, days.to, group],
    queryFn: ({ signal }) => {
      const query = { from: days.from, to: days.to, group_by: group };
      return answer(api.GET("/v1/usage", { params: { query }, signal }));
    },
  });
}

/** The reports of finished days, the last day first. */
export function useCostReports(days: Days) {
  return useInfiniteQuery({
    queryKey: ["cost-reports", days.from, days.to],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const query = {
        from: days.from,
        to: days.to,
        page_size: REPORTS,
        ...(pageParam !== "" && { page_token: pageParam }),
      };
      return answer(api.GET("/v1/reports/costs", { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next_page_token || undefined,
  });
}
