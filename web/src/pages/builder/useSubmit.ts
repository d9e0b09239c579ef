import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { newIdempotencyKey } from "@/api/client";
import { asProblem, Problem } from "@/api/problems";
import type { BatchAccepted } from "@/api/schema";
import { submit } from "@/api/submissions";
import { type PlacedProblem, placed } from "./pointers";
import { requestOf } from "./requests";
import { type Batch, filledRows } from "./sheets";
import type { Editing } from "./useEditing";

export interface Submitting {
  start(): void;
  /** Starts the batch beside the one that it has become before. */
  startAsWell(): void;
  isPending: boolean;
  problem: Problem | null;
  problems: readonly PlacedProblem[];
  /** The batch that an earlier version of this one has become; null when none is known. */
  earlier: string | null;
}

/** Starts a batch once: whatever is changed after an answer was lost, it goes under the key that it was first sent under. */
export function useSubmit(
  { batch, rewrite }: Pick<Editing, "batch" | "rewrite">,
  keep: (batch: Batch) => Promise<void>,
  onStarted: (accepted: BatchAccepted) => void,
): Submitting {
  const queries = useQueryClient();
  const [problems, setProblems] = useState<readonly PlacedProblem[]>([]);
  const mutation = useMutation({
    mutationFn: async (sent: Batch) => {
      const asked = requestOf(sent, filledRows(sent));
      // After a reload, too, the same key goes with it.
      await keep(sent);
      setProblems([]);
      try {
        return await submit(asked.body, sent.startKey);
      } catch (error) {
        const problem = asProblem(error);
        if (problem.existingId === null) setProblems(placed(problem.errors, asked.rows));
        throw error;
      }
    },
    onSuccess: async (accepted) => {
      onStarted(accepted);
      await queries.invalidateQueries({ queryKey: ["batches"] });
    },
  });
  const problem = mutation.error ? told(asProblem(mutation.error)) : null;
  return {
    start: () => mutation.mutate(batch),
    startAsWell: () => {
      const startKey = newIdempotencyKey();
      rewrite((now) => ({ ...now, startKey }));
      mutation.mutate({ ...batch, startKey });
    },
    isPending: mutation.isPending,
    problem,
    problems,
    earlier: problem?.existingId ?? null,
  };
}

/** Without an answer nobody knows whether it began; it is safe to find out by starting again. */
function told(problem: Problem): Problem {
  return problem.status === 0 ? new Problem({ ...UNANSWERED, status: 0 }) : problem;
}

const UNANSWERED = {
  code: "unanswered",
  title: "No answer came",
  detail: "The batch may have begun all the same. Start it again, changed or not: it never begins twice.",
};
