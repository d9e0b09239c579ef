import { type QueryClient, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { renewAssets } from "@/api/assets";
import { answer, api } from "@/api/client";
import type { ItemView } from "@/api/schema";

const PAGE = 200;
const KEY = ["picks"] as const;

/** What was picked or unpicked here, by asset: newer than what any list says. */
export type Choices = ReadonlyMap<string, boolean>;

const NONE: Choices = new Map();

export function useChoices(): Choices {
  const { data } = useQuery<Choices>({
    queryKey: [...KEY, "here"],
    queryFn: () => NONE,
    initialData: NONE,
    enabled: false,
  });
  return data;
}

/** Whether an image is a winner, by what was chosen here or else by what its list said. */
export function isPicked(item: Pick<ItemView, "asset">, choices: Choices): boolean {
  if (item.asset === null) return false;
  return choices.get(item.asset.id) ?? item.asset.picked ?? false;
}

/** Notes what was picked or unpicked here, wherever it is shown. */
export function notePicks(queries: QueryClient, ids: readonly string[], picked: boolean) {
  queries.setQueryData<Choices>(
    [...KEY, "here"],
    (before = NONE) => new Map([...before, ...ids.map((id) => [id, picked] as const)]),
  );
  const chosen = new Set(ids);
  renewAssets(queries, (asset) => (chosen.has(asset.id) ? { ...asset, picked } : asset));
}

/** Pick images as winners, or take that back: it shows at once, and is undone where the service refuses. */
export function usePick() {
  const queries = useQueryClient();
  const note = (ids: readonly string[], picked: boolean) => notePicks(queries, ids, picked);
  return useMutation({
    mutationFn: ({ ids, picked }: { ids: string[]; picked: boolean }) =>
      answer(api.POST("/v1/assets:pick", { body: { ids, picked } })),
    onMutate: ({ ids, picked }) => note(ids, picked),
    onError: (_error, { ids, picked }) => note(ids, !picked),
    onSuccess: ({ outcomes }, { picked }) => {
      const refused = outcomes
        .filter((one) => one.outcome === "refused" || one.outcome === "missing")
        .map((one) => one.id);
      if (refused.length > 0) note(refused, !picked);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: [...KEY, "of"] }),
  });
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
