import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type AssetChange, changeAssets, changedAsset, renewAssets } from "@/api/assets";
import { notePicks } from "@/api/picks";
import type { AssetOutcome, AssetView } from "@/api/schema";
import { count } from "@/design/formats";
import { tell, tellProblem } from "@/design/toasts";

interface Wanted {
  assets: readonly AssetView[];
  change: AssetChange;
  /** Says so when it is done, with a way back; for acts whose result is not seen at once. */
  isTold?: boolean;
}

const FAILED: Record<AssetChange["kind"], string> = {
  tag: "The tags could not be changed",
  pick: "They could not be picked",
  rate: "They could not be rated",
  delete: "They could not be deleted",
};

/** Changes images: what can be taken back shows at once, and is as before where the service refuses. */
export function useChanges() {
  const queries = useQueryClient();
  const show = (assets: readonly AssetView[], as: (asset: AssetView) => AssetView | null) => {
    const wanted = new Set(assets.map((asset) => asset.id));
    renewAssets(queries, (one) => (wanted.has(one.id) ? as(one) : one));
  };
  const showAsBefore = (assets: readonly AssetView[]) => {
    const before = new Map(assets.map(({ id, tags, rating }) => [id, { tags, rating }]));
    show(assets, (one) => ({ ...one, ...before.get(one.id) }));
    for (const picked of [true, false]) {
      const were = assets.filter((asset) => asset.picked === picked);
      notePicks(queries, idsOf(were), picked);
    }
  };
  const { mutate, isPending } = useMutation({
    mutationFn: ({ assets, change }: Wanted) => changeAssets(idsOf(assets), change),
    onMutate: ({ assets, change }) => {
      if (change.kind === "delete") return;
      show(assets, (one) => changedAsset(one, change));
      if (change.kind === "pick") notePicks(queries, idsOf(assets), change.picked);
    },
    onError: (error, { assets, change }) => {
      if (change.kind !== "delete") showAsBefore(assets);
      tellProblem(error, FAILED[change.kind]);
    },
    onSuccess: (outcomes, { assets, change, isTold }) => {
      const of = (...kinds: AssetOutcome["outcome"][]) => outcomesOf(assets, outcomes, kinds);
      const refused = of("refused");
      showAsBefore(refused);
      show(change.kind === "delete" ? of("done", "unchanged", "missing") : of("missing"), () => null);
      const undo = () => {
        for (const reversal of reversals(assets, change)) mutate({ ...reversal });
      };
      const lost = change.kind === "delete" ? [] : of("missing");
      const done = count(assets.length - refused.length - lost.length, "image");
      if (change.kind === "delete" && refused.length < assets.length) tell(`${done} deleted.`);
      else if (change.kind !== "delete" && isTold) tell(`${done} ${WORDS[change.kind](change)}.`, undo);
      const detail = outcomes.find((one) => one.outcome === "refused")?.detail ?? "";
      if (refused.length > 0) tell(`${count(refused.length, "image")} stayed as before. ${detail}`);
    },
  });
  return { change: mutate, isBusy: isPending };
}

const WORDS: Record<AssetChange["kind"], (change: AssetChange) => string> = {
  tag: () => "tagged",
  pick: (change) => (change.kind === "pick" && !change.picked ? "unpicked" : "picked"),
  rate: (change) => (change.kind === "rate" && change.rating === null ? "without a rating now" : "rated"),
  delete: () => "deleted",
};

function outcomesOf(
  assets: readonly AssetView[],
  outcomes: readonly AssetOutcome[],
  kinds: readonly AssetOutcome["outcome"][],
): AssetView[] {
  const ids = new Set(outcomes.filter((one) => kinds.includes(one.outcome)).map((one) => one.id));
  return assets.filter((asset) => ids.has(asset.id));
}

/** What makes images as they were before a change; nothing brings deleted ones back. */
export function reversals(before: readonly AssetView[], change: AssetChange): Pick<Wanted, "assets" | "change">[] {
  switch (change.kind) {
    case "pick": {
      const assets = before.filter((asset) => asset.picked !== change.picked);
      return assets.length === 0 ? [] : [{ assets, change: { kind: "pick", picked: !change.picked } }];
    }
    case "rate": {
      const ratings = [...new Set(before.map((asset) => asset.rating))].filter((rating) => rating !== change.rating);
      return ratings.map((rating) => ({
        assets: before.filter((asset) => asset.rating === rating),
        change: { kind: "rate", rating },
      }));
    }
    case "tag":
      return [
        ...change.add.map((tag) => ({
          assets: before.filter((asset) => !hasTag(asset, tag)),
          change: { kind: "tag" as const, add: [], remove: [tag] },
        })),
        ...change.remove.map((tag) => ({
          assets: before.filter((asset) => hasTag(asset, tag)),
          change: { kind: "tag" as const, add: [tag], remove: [] },
        })),
      ].filter(({ assets }) => assets.length > 0);
    case "delete":
      return [];
  }
}

export function hasTag(asset: Pick<AssetView, "tags">, tag: string): boolean {
  return asset.tags.some((one) => one.toLowerCase() === tag.toLowerCase());
}

function idsOf(assets: readonly AssetView[]): string[] {
  return assets.map((asset) => asset.id);
}
