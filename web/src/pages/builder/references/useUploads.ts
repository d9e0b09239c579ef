import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { newIdempotencyKey } from "@/api/client";
import { asProblem } from "@/api/problems";
import { completeReference, createReference, sendFile } from "@/api/references";
import { fileName } from "../edits";
import type { Reference } from "./references";
import { freshName, keptName, mediaType, next, refusal, type Upload } from "./uploads";

export interface Uploads {
  all: readonly Upload[];
  /** Begins to upload; the names under which rows may wait for them, in their order. */
  add(files: readonly File[]): string[];
  retry(name: string): void;
  cancel(name: string): void;
  /** Forgets those that are through. */
  clear(): void;
}

/** Uploads of reference pictures: a few at once, each with its progress; `onReady` hears of each that is there, or (null) will never be. */
export function useUploads(mostBytes: number, onReady: (name: string, reference: Reference | null) => void): Uploads {
  const [all, setAll] = useState<readonly Upload[]>([]);
  const queries = useQueryClient();
  const stops = useRef(new Map<string, AbortController>());
  const ready = useRef(onReady);
  ready.current = onReady;

  const put = useCallback((name: string, change: Partial<Upload>) => {
    setAll((uploads) => uploads.map((upload) => (upload.name === name ? { ...upload, ...change } : upload)));
  }, []);

  const run = useCallback(
    async (upload: Upload, signal: AbortSignal) => {
      const { name, file, key } = upload;
      try {
        const body = { filename: keptName(file.name), media_type: mediaType(file) ?? "image/png", bytes: file.size };
        const made = await createReference(body, key, signal);
        // Tried again after a lost answer, it may be there already.
        if (made.status === "awaiting_upload")
          await sendFile(file, made.upload, (share) => put(name, { share }), signal);
        put(name, { state: "checking", share: 1 });
        const reference = await completeReference(made.id, signal);
        put(name, { state: "ready" });
        ready.current(name, reference);
        await queries.invalidateQueries({ queryKey: ["references"] });
      } catch (error) {
        if (signal.aborted) return;
        const problem = asProblem(error);
        const detail = problem.errors[0]?.detail ?? problem.detail;
        // What was refused by its content is refused for good; a link that has expired needs another place.
        if (problem.status === 422) ready.current(name, null);
        const fresh = problem.code === "expired" ? { key: newIdempotencyKey() } : {};
        put(name, { state: "failed", detail, again: problem.status !== 422, ...fresh });
      }
    },
    [put, queries],
  );

  useEffect(() => {
    for (const upload of next(all)) {
      if (stops.current.has(upload.name)) continue;
      const stop = new AbortController();
      stops.current.set(upload.name, stop);
      put(upload.name, { state: "sending" });
      void run(upload, stop.signal).finally(() => stops.current.delete(upload.name));
    }
  }, [all, put, run]);

  useEffect(() => {
    const running = stops.current;
    return () => {
      for (const stop of running.values()) stop.abort();
    };
  }, []);

  const add = (files: readonly File[]) => {
    const taken = new Set(all.map((upload) => fileName(upload.name)));
    const added = files.map((file): Upload => {
      const name = freshName(file.name, taken);
      taken.add(fileName(name));
      const detail = refusal(file, mostBytes);
      return {
        name,
        file,
        key: newIdempotencyKey(),
        state: detail ? "failed" : "waiting",
        share: 0,
        detail,
        again: false,
      };
    });
    setAll((uploads) => [...uploads, ...added]);
    return added.filter((upload) => upload.state === "waiting").map((upload) => upload.name);
  };
  return {
    all,
    add,
    retry: (name) => put(name, { state: "waiting", share: 0, detail: "" }),
    cancel: (name) => {
      stops.current.get(name)?.abort();
      ready.current(name, null);
      put(name, { state: "cancelled", detail: "Cancelled.", again: false });
    },
    clear: () =>
      setAll((uploads) => uploads.filter((upload) => upload.state === "waiting" || stops.current.has(upload.name))),
  };
}
