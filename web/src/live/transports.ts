import type { Problem } from "@/api/problems";
import type { Gone } from "@/live/revisions";
import type { Thing, Topic } from "@/live/things";

export type TransportName = "firestore" | "events" | "polling";

/** What a line tells those who opened it. Changes may come in any order, and more than once. */
export interface Reader {
  /** What is known by now, by id; what comes to be known later is not put into this map. */
  known(): ReadonlyMap<string, Thing>;
  take(changes: readonly Thing[], gone?: readonly Gone[]): void;
  /** All there is has been told, and what changes is told from now on. */
  up(): void;
  /** What is told may be old for now; the line goes on by itself. */
  down(): void;
  /** The line has ended; another one may be better. */
  lost(problem: Problem): void;
  /** The line has ended, and another one like it would too. */
  refused(problem: Problem): void;
  /** All is told, and nothing changes by itself any more. */
  over(): void;
}

/** One try to follow a topic. Closing it twice is fine; a closed line tells nothing more. */
export interface Line {
  close(): void;
}

export interface Transport {
  readonly name: TransportName;
  follows(topic: Topic): boolean;
  open(topic: Topic, reader: Reader): Line;
  /** Everybody has left: let go of what is kept between lines. */
  close(): void;
}

const REFUSALS: ReadonlySet<number> = new Set([400, 401, 403, 404, 422]);

/** Whether asking again would be answered alike. */
export function isRefusal(problem: Problem): boolean {
  return REFUSALS.has(problem.status);
}
