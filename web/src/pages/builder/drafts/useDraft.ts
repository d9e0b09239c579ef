import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Batch } from "../sheets";
import type { Sent } from "../useSubmit";
import type { DraftRecord } from "./records";
import { keepDraft, readDraft, removeDraft } from "./store";
import { useOwner } from "./useOwner";

/** How a draft stands with what the browser keeps: `changed` by another tab, or `gone` because one submitted or deleted it. */
export type DraftState = "new" | "saved" | "unsaved" | "changed" | "gone" | "failed";

export interface Draft {
  id: string;
  /** Counts the times that it was opened anew: another tab's version takes the place of this one. */
  opened: number;
  saved: DraftRecord | null;
  state: DraftState;
  save(batch: Batch): void;
  /** Saves at once what was last sent: the same key goes with it after a reload. */
  keepSent(batch: Batch, sent: Sent): Promise<void>;
  /** Keeps this tab's version, whatever another one has saved. */
  overwrite(): void;
  /** Takes the version of the other tab. */
  reload(): void;
  remove(): Promise<void>;
}

const STILL_MS = 300;
const CHANNEL = "fanfold-drafts";

/** A draft of this browser; null until it is read. Every change is kept within a moment, and at once when the page is left. */
export function useDraft(id: string): Draft | null {
  const owner = useOwner();
  const [found, setFound] = useState<{ record: DraftRecord | null; opened: number } | null>(null);
  const [state, setState] = useState<DraftState>("new");
  const known = useRef({ version: 0, sent: null as Sent | null });
  const waiting = useRef<Batch | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef<Promise<void>>(Promise.resolve());

  const open = useCallback(async () => {
    const record = (await readDraft(owner, id)) ?? null;
    known.current = { version: record?.version ?? 0, sent: record?.sent ?? null };
    waiting.current = null;
    setState(record ? "saved" : "new");
    setFound((old) => ({ record, opened: (old?.opened ?? 0) + 1 }));
  }, [owner, id]);

  const write = useCallback(async () => {
    const batch = waiting.current;
    if (!batch) return;
    waiting.current = null;
    try {
      const outcome = await keepDraft({ id, owner, known: known.current.version, batch, sent: known.current.sent });
      if ("conflict" in outcome) {
        waiting.current = batch;
        setState(outcome.conflict ? "changed" : "gone");
        return;
      }
      known.current.version = outcome.saved.version;
      setState(waiting.current ? "unsaved" : "saved");
      announce(id, owner, outcome.saved.version);
    } catch {
      waiting.current = batch;
      setState("failed");
    }
  }, [id, owner]);

  const flush = useCallback(() => {
    clearTimeout(timer.current);
    last.current = last.current.then(write);
    return last.current;
  }, [write]);

  useEffect(() => void open(), [open]);

  useEffect(() => {
    const hidden = () => document.visibilityState === "hidden" && void flush();
    const left = () => void flush();
    document.addEventListener("visibilitychange", hidden);
    globalThis.addEventListener("pagehide", left);
    return () => {
      document.removeEventListener("visibilitychange", hidden);
      globalThis.removeEventListener("pagehide", left);
      void flush();
    };
  }, [flush]);

  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<Announced>) => {
      if (data.id !== id || data.owner !== owner || data.version <= known.current.version) return;
      // Nothing of this tab is lost by taking what the other one has.
      if (waiting.current) setState("changed");
      else void open();
    };
    return () => channel.close();
  }, [id, owner, open]);

  return useMemo(() => {
    if (!found) return null;
    return {
      id,
      opened: found.opened,
      saved: found.record,
      state,
      save: (batch) => {
        waiting.current = batch;
        setState((old) => (old === "changed" || old === "gone" ? old : "unsaved"));
        clearTimeout(timer.current);
        timer.current = setTimeout(() => void flush(), STILL_MS);
      },
      keepSent: async (batch, sent) => {
        known.current.sent = sent;
        waiting.current = batch;
        await flush();
      },
      overwrite: () => {
        void (async () => {
          known.current.version = (await readDraft(owner, id))?.version ?? 0;
          await flush();
        })();
      },
      reload: () => void open(),
      remove: async () => {
        clearTimeout(timer.current);
        waiting.current = null;
        await last.current;
        await removeDraft(owner, id);
      },
    } satisfies Draft;
  }, [found, state, id, owner, flush, open]);
}

interface Announced {
  id: string;
  owner: string;
  version: number;
}

function announce(id: string, owner: string, version: number): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage({ id, owner, version } satisfies Announced);
  channel.close();
}
