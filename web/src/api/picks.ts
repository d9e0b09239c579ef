import {
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { ASSETS, renewAssets } from "@/api/assets";
import { answer, api } from "@/api/client";
import type { ItemView } from "@/api/schema";

const PAGE = 200;
const MOST_PAGES = 5;
const KEY = ["picks"] as const;

interface Choice {
  picked: boolean;
  /** Which telling it was; a later one takes its place. */
  telling: number;
  /** Winners that were asked for before this moment know nothing of it. */
  since: number;
}

/** What is known of picks beyond what lists of items say. */
export interface Choices {
  /** What was picked or unpicked here, by image. */
  here: ReadonlyMap<string, Choice>;
  /** All winners of a batch, as they were when they were last asked for. */
  winners: ReadonlyMap<string, { ids: ReadonlySet<string>; since: number }>;
}

const NONE: Choices = { here: new Map(), winners: new Map() };
// Of two tellings the later one holds. What is on its way to the API holds against everything.
let tellings = 0;
const ON_ITS_WAY = Number.POSITIVE_INFINITY;

export function useChoices(): Choices {
  const { data } = useQuery<Choices>({
    queryKey: [...KEY, "known"],
    queryFn: () => NONE,
    initialData: NONE,
    enabled: false,
  });
  return data;
}

/** Whether an image is a winner: by what was chosen here or told since, or else by what its list said. */
export function isPicked(item: Pick<ItemView, "asset" | "batch">, choices: Choices): boolean {
  if (item.asset === null) return false;
  const here = choices.here.get(item.asset.id);
  const winners = choices.winners.get(item.batch);
  if (winners !== undefined && winners.since > (here?.since ?? 0)) return winners.ids.has(item.asset.id);
  return here?.picked ?? item.asset.picked ?? false;
}

/** Notes what was picked or unpicked here, wherever it is shown. */
export function notePicks(queries: QueryClient, ids: readonly string[], picked: boolean) {
  const telling = ++tellings;
  note(queries, ids, { picked, telling, since: telling });
}

function note(queries: QueryClient, ids: readonly string[], choice: Choice) {
  queries.setQueryData<Choices>([...KEY, "known"], (before = NONE) => ({
    ...before,
    here: new Map([...before.here, ...ids.map((id) => [id, choice] as const)]),
  }));
  const chosen = new Set(ids);
  renewAssets(queries, (asset) => (chosen.has(asset.id) ? { ...asset, picked: choice.picked } : asset));
}

/** Those of the images for which nothing else was chosen since this telling. */
function stillOf(queries: QueryClient, ids: readonly string[], telling: number): string[] {
  const { here } = queries.getQueryData<Choices>([...KEY, "known"]) ?? NONE;
  return ids.filter((id) => here.get(id)?.telling === telling);
}

/** Takes back what was noted of images: they are again what was noted before, or else what their lists say. */
function forgetPicks(queries: QueryClient, ids: readonly string[], noted: { before: Choices; telling: number }) {
  const still = stillOf(queries, ids, noted.telling);
  queries.setQueryData<Choices>([...KEY, "known"], (now = NONE) => {
    const here = new Map(now.here);
    for (const id of still) {
      const before = noted.before.here.get(id);
      if (before === undefined) here.delete(id);
      // What was on its way then has come to its end.
      else here.set(id, { ...before, since: before.telling });
    }
    return { ...now, here };
  });
  void queries.invalidateQueries({ queryKey: ASSETS });
}

/** Pick images as winners, or take that back: it shows at once, and is undone where the service refuses. */
export function usePick() {
  const queries = useQueryClient();
  return useMutation({
    // One after the other: of two choices for one image the last one is to stay.
    scope: { id: "picks" },
    mutationFn: ({ ids, picked }: { ids: string[]; picked: boolean }) =>
      answer(api.POST("/v1/assets:pick", { body: { ids, picked } })),
    onMutate: ({ ids, picked }) => {
      const before = queries.getQueryData<Choices>([...KEY, "known"]) ?? NONE;
      const telling = ++tellings;
      note(queries, ids, { picked, telling, since: ON_ITS_WAY });
      return { before, telling };
    },
    onError: (_error, { ids }, noted) => noted && forgetPicks(queries, ids, noted),
    onSuccess: ({ outcomes }, { ids, picked }, noted) => {
      const refused = outcomes
        .filter((one) => one.outcome === "refused" || one.outcome === "missing")
        .map((one) => one.id);
      const done = ids.filter((id) => !refused.includes(id));
      notePicks(queries, stillOf(queries, done, noted.telling), picked);
      if (refused.length > 0) forgetPicks(queries, refused, noted);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: [...KEY, "of"] }),
  });
}

/** Keeps up with what others pick in these batches: asked again when the window has the focus, and every `everyMs` while it is seen.
 *
 * Streams and listeners tell nothing of picks: they belong to images, not to items.
 */
export function useOthersPicks(batches: readonly string[], everyMs?: number) {
  const queries = useQueryClient();
  useQueries({
    queries: [...new Set(batches)].map((batch) => ({
      queryKey: [...KEY, "winners", batch],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const since = ++tellings;
        const ids = await readWinners(batch, signal);
        if (ids !== null)
          queries.setQueryData<Choices>([...KEY, "known"], (before = NONE) => ({
            ...before,
            winners: new Map([...before.winners, [batch, { ids, since }] as const]),
          }));
        return ids;
      },
      staleTime: 2_000,
      refetchOnWindowFocus: true,
      ...(everyMs !== undefined && { refetchInterval: everyMs }),
    })),
  });
}

/** All winners of a batch by their ids; null where there are more than it is worth to ask for again and again. */
async function readWinners(batch: string, signal: AbortSignal): Promise<ReadonlySet<string> | null> {
  const ids = new Set<string>();
  let page_token = "";
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { batch, picked: true, page_size: PAGE, page_token };
    const told = await answer(api.GET("/v1/assets", { params: { query }, signal }));
    for (const asset of told.assets) ids.add(asset.id);
    page_token = told.next_page_token;
    if (page_token === "") return ids;
  }
  return null;
}

/** The winners of a batch, page by page. */
export function usePickedPages(batch: string, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: [...KEY, "of", batch],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const query = { batch, picked: true, page_size: PAGE, page_token: pageParam };
      return answer(api.GET("/v1/assets", { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next_page_token || undefined,
    enabled,
  });
}
