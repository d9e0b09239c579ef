import { isPicked, useChoices, useOthersPicks, usePick } from "@/api/picks";
import type { ItemView } from "@/api/schema";
import { tellProblem } from "@/design/toasts";
import { useSession } from "@/session/useSession";

/** How often others' picks are asked for while images are compared. */
const EVERY_MS = 20_000;

export interface Picking {
  isPicked: (item: ItemView) => boolean;
  /** Picks images, or takes picks back; null for who may not. */
  pick: ((changes: readonly { ids: string[]; picked: boolean }[]) => void) | null;
}

/** The picks of these batches, as they are known here and by others. */
export function usePicking(batches: readonly string[]): Picking {
  const { can } = useSession();
  const choices = useChoices();
  const { mutateAsync } = usePick();
  useOthersPicks(batches, EVERY_MS);
  const pick: Picking["pick"] = (changes) => {
    for (const change of changes)
      mutateAsync(change).catch((error: unknown) => tellProblem(error, "Nothing was picked"));
  };
  return { isPicked: (item) => isPicked(item, choices), pick: can("pick") ? pick : null };
}

/** What picks an image, or takes that back where it is picked. */
export function toggled(item: ItemView, picked: boolean): { ids: string[]; picked: boolean }[] {
  return item.asset === null ? [] : [{ ids: [item.asset.id], picked: !picked }];
}
