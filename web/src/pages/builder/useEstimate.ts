import { useEffect, useRef, useState } from "react";
import { asProblem, type Problem } from "@/api/problems";
import type { Estimate } from "@/api/schema";
import { estimate } from "@/api/submissions";
import { type PlacedProblem, placed } from "./pointers";
import type { Asked } from "./requests";

export interface Estimated {
  estimate: Estimate | null;
  /** What the API said is wrong with what was asked. */
  problems: readonly PlacedProblem[];
  problem: Problem | null;
  /** Whether this is the answer to what stands there now. */
  isFresh: boolean;
}

const NONE: Estimated = { estimate: null, problems: [], problem: null, isFresh: true };
const STILL_MS = 450;
const APART_MS = 1_200;
const AGAIN_SECONDS = 5;

/** The estimate of a batch as it is typed: asked for when the typing rests, and never too often; old answers are dropped. */
export function useEstimate(asked: Asked | null): Estimated {
  const [estimated, setEstimated] = useState(NONE);
  const last = useRef(0);
  const latest = useRef(asked);
  latest.current = asked;
  const text = asked && JSON.stringify(asked.body);

  useEffect(() => {
    const wanted = latest.current;
    if (!text || !wanted) {
      setEstimated(NONE);
      return;
    }
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      last.current = Date.now();
      try {
        const found = await estimate(wanted.body, stop.signal);
        if (!stop.signal.aborted) setEstimated({ estimate: found, problems: [], problem: null, isFresh: true });
      } catch (error) {
        if (stop.signal.aborted) return;
        const problem = asProblem(error);
        if (problem.passes) timer = setTimeout(begin, (problem.retryAfterSeconds ?? AGAIN_SECONDS) * 1000);
        const problems = placed(problem.errors, wanted.rows);
        setEstimated((old) => ({
          estimate: problem.passes ? old.estimate : null,
          problems,
          problem,
          isFresh: !problem.passes,
        }));
      }
    };
    const begin = () => void ask();
    setEstimated((old) => ({ ...old, isFresh: false }));
    timer = setTimeout(begin, Math.max(STILL_MS, last.current + APART_MS - Date.now()));
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);

  return estimated;
}
