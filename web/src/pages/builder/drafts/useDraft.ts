import { useEffect, useState, useSyncExternalStore } from "react";
import { useSessionStore } from "@/session/useSession";
import { DraftKeeper } from "./DraftKeeper";
import { useOwner } from "./useOwner";
import type { DraftView } from "./views";

export type { DraftState } from "./views";

export interface Draft {
  keeper: DraftKeeper;
  view: DraftView;
}

/** A draft of whoever is signed in; null until it is read. Every change is kept within a moment, and at once when the page is left. */
export function useDraft(id: string): Draft | null {
  const owner = useOwner();
  const [keeper] = useState(() => new DraftKeeper(id, owner));
  const view = useSyncExternalStore(keeper.subscribe, keeper.view);
  const sessions = useSessionStore();
  useEffect(() => keeper.begin(), [keeper]);
  useEffect(() => sessions.onLeave(keeper.abandon), [sessions, keeper]);
  return view && { keeper, view };
}
