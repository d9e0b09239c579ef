import { QueryClient } from "@tanstack/react-query";
import { asProblem } from "@/api/problems";

const TRIES = 3;
const FRESH_MS = 15_000;
const LONGEST_WAIT_MS = 20_000;

/** The cache of everything that was read. Reads are tried again while that may help; acts never by themselves. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        retry: (failures, error) => failures < TRIES && asProblem(error).passes,
        retryDelay: (failures, error) => {
          const told = asProblem(error).retryAfterSeconds;
          return Math.min(told === null ? 500 * 2 ** failures : told * 1000, LONGEST_WAIT_MS);
        },
      },
      // Without a connection an act is refused at once, not kept back and sent when nobody thinks of it any more.
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
