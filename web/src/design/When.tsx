import { Tooltip } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { ago, moment } from "@/design/formats";

const BEAT_MS = 15_000;
const readers = new Set<() => void>();
let now = Date.now();
let beat: ReturnType<typeof setInterval> | undefined;

/** One clock for all times on a page. */
function subscribe(reader: () => void) {
  readers.add(reader);
  if (beat === undefined) {
    now = Date.now();
    beat = setInterval(() => {
      now = Date.now();
      for (const one of readers) one();
    }, BEAT_MS);
  }
  return () => {
    readers.delete(reader);
    if (readers.size === 0) {
      clearInterval(beat);
      beat = undefined;
    }
  };
}

/** A time as people say it, kept up to date; the exact one on hover. */
export function When({ at }: { at: string }) {
  const current = useSyncExternalStore(subscribe, () => now);
  return (
    <Tooltip label={moment(at)}>
      <time dateTime={at}>{ago(at, Math.max(current, Date.now() - BEAT_MS))}</time>
    </Tooltip>
  );
}
