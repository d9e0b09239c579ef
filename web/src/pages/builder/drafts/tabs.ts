/** What the tabs of one browser tell each other about the drafts that they have open. */

export interface Announced {
  id: string;
  owner: string;
  version: number;
}

const CHANNEL = "fanfold-drafts";

/** Hears what the other tabs have kept or sent, and this one, too; gives what ends it. */
export function hearing(hear: (said: Announced) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<Announced>) => hear(data);
  return () => channel.close();
}

export function announce({ id, owner, version }: Announced): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage({ id, owner, version } satisfies Announced);
  channel.close();
}

/** Does one thing for a draft at a time in all tabs; where a browser has no locks (an address without https) the API takes one of two. */
export function oneTabAtATime(owner: string, id: string, act: () => Promise<void>): Promise<void> {
  const locks: LockManager | null | undefined = navigator.locks;
  return locks ? locks.request(`${CHANNEL}/${owner}/${id}`, act) : act();
}
