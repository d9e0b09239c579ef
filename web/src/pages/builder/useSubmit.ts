import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { newIdempotencyKey } from "@/api/client";
import { asProblem, Problem } from "@/api/problems";
import type { BatchAccepted } from "@/api/schema";
import { submit } from "@/api/submissions";
import { type PlacedProblem, placed } from "./pointers";
import { requestOf } from "./requests";
import { type Batch, filledRows } from "./sheets";

/** A request and the key that it was first sent under: sent again, it starts nothing twice. */
export interface Sent {
  text: string;
  key: string;
}

export interface Submitting {
  start(batch: Batch): void;
  isPending: boolean;
  problem: Problem | null;
  problems: readonly PlacedProblem[];
}

/** Starts a batch; what was sent before, even in a page that is gone, is sent under its old key. */
export function useSubmit(
  before: Sent | null,
  keep: (batch: Batch, sent: Sent) => Promise<void>,
  onStarted: (accepted: BatchAccepted) => void,
): Submitting {
  const queries = useQueryClient();
  const sent = useRef(before);
  const [problems, setProblems] = useState<readonly PlacedProblem[]>([]);
  const mutation = useMutation({
    mutationFn: async (batch: Batch) => {
      const asked = requestOf(batch, filledRows(batch));
      const text = JSON.stringify(asked.body);
      if (sent.current?.text !== text) sent.current = { text, key: newIdempotencyKey() };
      await keep(batch, sent.current);
      setProblems([]);
      try {
        return await submit(asked.body, sent.current.key);
      } catch (error) {
        setProblems(placed(asProblem(error).errors, asked.rows));
        throw error;
      }
    },
    onSuccess: async (accepted) => {
      onStarted(accepted);
      await queries.invalidateQueries({ queryKey: ["batches"] });
    },
  });
  return {
    start: mutation.mutate,
    isPending: mutation.isPending,
    problem: mutation.error ? told(asProblem(mutation.error)) : null,
    problems,
  };
}

/** Without an answer nobody knows whether it began: what is changed now and sent again is paid for, too. */
function told(problem: Problem): Problem {
  return problem.status === 0 ? new Problem({ ...UNANSWERED, status: 0 }) : problem;
}

const UNANSWERED = {
  code: "unanswered",
  title: "No answer came",
  detail:
    "The batch may have begun all the same. Start it again as it is: it never begins twice. Before you change anything, look at Batches: changed, it is another batch.",
};
