import { queryOptions, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { asProblem } from "@/api/problems";
import type { LinksView } from "@/api/schema";

const MOST = 100;
const GATHER_MS = 15;
const MARGIN_MS = 60_000;
const LONGEST_MS = 86_400_000;

interface Asked {
  id: string;
  resolve: (links: LinksView) => void;
  reject: (error: unknown) => void;
}

let waiting: Asked[] = [];

/** Fresh signed links to an image; those that are asked for at about the same time share requests of at most 100. */
export function linksOf(id: string): Promise<LinksView> {
  return new Promise((resolve, reject) => {
    if (waiting.length === 0) setTimeout(send, GATHER_MS);
    waiting.push({ id, resolve, reject });
  });
}

/** Links to an image, kept until shortly before they end. */
export function linksQuery(id: string) {
  return queryOptions({
    queryKey: ["links", id],
    queryFn: () => linksOf(id),
    staleTime: ({ state }) => {
      const end = Date.parse(state.data?.expires_at ?? "") - MARGIN_MS;
      return Math.min(Math.max(0, end - state.dataUpdatedAt || 0), LONGEST_MS);
    },
    refetchOnWindowFocus: false,
  });
}

export function useLinks(id: string | null, enabled = true) {
  return useQuery({ ...linksQuery(id ?? ""), enabled: enabled && id !== null });
}

function send() {
  const all = waiting;
  waiting = [];
  for (let start = 0; start < all.length; start += MOST) ask(all.slice(start, start + MOST)).catch(() => {});
}

/** One image that is gone fails a whole request: the others are found by asking in halves. */
async function ask(wanted: Asked[]): Promise<void> {
  const ids = [...new Set(wanted.map((one) => one.id))];
  try {
    const { urls } = await answer(api.POST("/v1/assets:urls", { body: { ids } }));
    for (const { id, resolve, reject } of wanted) {
      const links = urls[id];
      if (links === undefined) reject(new Error("The answer lacks an image that was asked for."));
      else resolve(links);
    }
  } catch (error) {
    if (asProblem(error).status !== 404 || ids.length === 1) {
      for (const { reject } of wanted) reject(error);
      return;
    }
    const half = new Set(ids.slice(0, Math.ceil(ids.length / 2)));
    await Promise.all([ask(wanted.filter((one) => half.has(one.id))), ask(wanted.filter((one) => !half.has(one.id)))]);
  }
}
