import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { EventsTransport } from "@/live/events";
import type { Documents } from "@/live/firestore";
import { LiveHub } from "@/live/hubs";
import { FirestoreTransport } from "@/live/listeners";
import { PollingTransport } from "@/live/polling";
import { LiveContext } from "@/live/useLive";

interface LiveProviderProps {
  /** Firestore for the person who is signed in, loaded when it is first needed; null where there is none. */
  documents: (() => Promise<Documents>) | null;
  children: ReactNode;
}

/** Follows for one person what pages look at, and lets go of all of it with them: give it a `key` that changes with the person. */
export function LiveProvider({ documents, children }: LiveProviderProps) {
  const queries = useQueryClient();
  const [hub, setHub] = useState<LiveHub | null>(null);
  useEffect(() => {
    const listeners = documents === null ? [] : [new FirestoreTransport(documents)];
    const opened = new LiveHub([...listeners, new EventsTransport(), new PollingTransport()], queries);
    setHub(opened);
    return () => opened.close();
  }, [documents, queries]);
  return <LiveContext value={hub}>{children}</LiveContext>;
}
