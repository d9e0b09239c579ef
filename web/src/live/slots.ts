import { Problem } from "@/api/problems";

/** Over HTTP/1.1 a browser holds six connections to a server, all of its tabs together: streams leave some for everything else. */
const SLOTS = 4;

/** Takes one of the streams that all tabs of this browser may hold open together; gives what gives it back. Raises a `Problem`. */
export async function takeSlot(): Promise<() => void> {
  const locks = globalThis.navigator?.locks;
  if (locks === undefined || sharesConnections()) return () => {};
  for (let slot = 0; slot < SLOTS; slot++) {
    const giveBack = await taken(locks, `fanfold:stream:${slot}`);
    if (giveBack !== null) return giveBack;
  }
  throw new Problem(TAKEN);
}

/** The lock of this name, until it is given back or the tab is closed; null while another one has it. */
function taken(locks: LockManager, name: string): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null) =>
      lock === null ? resolve(null) : new Promise<void>((giveBack) => resolve(giveBack));
    locks.request(name, { ifAvailable: true }, hold).catch(reject);
  });
}

/** Whether the page came by HTTP/2 or newer, which carries any number of streams over one connection. */
function sharesConnections(): boolean {
  const [navigation] = performance.getEntriesByType("navigation");
  return /^h[23]/.test((navigation as PerformanceNavigationTiming | undefined)?.nextHopProtocol ?? "");
}

const TAKEN = {
  status: 0,
  code: "many-streams",
  title: "Many tabs are live",
  detail: "Other tabs of this browser hold the live connections. This page asks every few seconds until one is free.",
};
