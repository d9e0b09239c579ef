import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { newIdempotencyKey } from "@/api/client";
import { DEAD_LETTERS } from "@/api/deadLetters";
import type { LettersActed } from "@/api/schema";
import { inBulk, NOTHING_YET, type Scope, type Selection } from "@/pages/dead-letters/bulk";

/** An act that goes on until all letters are done, as a form shows it. */
export function useBulk(onDone: () => void) {
  const queries = useQueryClient();
  const [progress, setProgress] = useState(NOTHING_YET);
  const stop = useRef(new AbortController());
  useEffect(() => {
    const current = stop.current;
    return () => current.abort();
  }, []);
  const act = useMutation({
    mutationFn: ({ scope, send }: { scope: Scope; send: (one: Selection, key: string) => Promise<LettersActed> }) => {
      stop.current = new AbortController();
      setProgress(NOTHING_YET);
      const once = (selection: Selection) => send(selection, newIdempotencyKey());
      return inBulk({ scope, send: once, onProgress: setProgress, signal: stop.current.signal });
    },
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ queryKey: DEAD_LETTERS }),
  });
  return { act, progress, stop: () => stop.current.abort() };
}
