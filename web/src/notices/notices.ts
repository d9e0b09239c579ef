import type { BatchStatus } from "@/api/schema";
import { count, figure } from "@/design/formats";
import { type Batch, hasEnded } from "@/live/things";

/** A followed batch has ended. */
export interface Notice {
  readonly id: string;
  readonly batch: string;
  readonly name: string;
  readonly status: BatchStatus;
  readonly detail: string;
  readonly at: string;
  readonly isRead: boolean;
}

/** What was noticed so far; kept between visits, so that an end while nobody was here is noticed too. */
export interface Noticed {
  readonly lookedAt: string | null;
  /** How each followed batch stood when it was last looked at. */
  readonly states: Readonly<Record<string, BatchStatus>>;
  /** Batches of others that the person has opened. */
  readonly opened: readonly string[];
  /** The newest first. */
  readonly notices: readonly Notice[];
}

export const NOTHING_NOTICED: Noticed = { lookedAt: null, states: {}, opened: [], notices: [] };

const MOST = 50;

export interface Looker {
  readonly me: string;
  /** The batch that is before the person's eyes: what happens to it is seen there. */
  readonly here: string | null;
  readonly now: string;
}

/** What is noticed in the list of batches as it is now, and what of it is new. */
export function looked(before: Noticed, batches: readonly Batch[], looker: Looker): { after: Noticed; news: Notice[] } {
  const followed = batches.filter((batch) => isFollowed(before, batch, looker.me));
  const news = followed
    .filter((batch) => hasJustEnded(before, batch))
    .map((batch) => ({ ...noticeOf(batch), isRead: batch.id === looker.here }));
  const states = Object.fromEntries(followed.map((batch) => [batch.id, batch.status]));
  const notices = [...news, ...before.notices].slice(0, MOST);
  return { after: { ...before, lookedAt: looker.now, states, notices }, news };
}

/** The person has opened a batch: from now on it is followed, and what was told of it is read. */
export function opened(before: Noticed, batch: string): Noticed {
  const notices = before.notices.map((notice) => (notice.batch === batch ? { ...notice, isRead: true } : notice));
  return { ...before, notices, opened: [batch, ...before.opened.filter((one) => one !== batch)].slice(0, MOST) };
}

export function allRead(before: Noticed): Noticed {
  return { ...before, notices: before.notices.map((notice) => ({ ...notice, isRead: true })) };
}

export function isFollowed({ opened: seen }: Noticed, batch: Batch, me: string): boolean {
  return batch.created_by === me || seen.includes(batch.id);
}

/** What happened, in a sentence. */
export function headline({ name, status }: Pick<Notice, "name" | "status">): string {
  if (status === "failed") return `“${name}” failed`;
  return status === "completed_with_failures" ? `“${name}” is done, with failures` : `“${name}” is ready`;
}

function hasJustEnded(before: Noticed, batch: Batch): boolean {
  // Who cancelled a batch knows.
  if (!hasEnded(batch.status) || batch.status === "cancelled") return false;
  const state = before.states[batch.id];
  if (state !== undefined) return !hasEnded(state);
  // So quick that it was never seen running.
  return before.lookedAt !== null && batch.created_at > before.lookedAt;
}

function noticeOf(batch: Batch): Notice {
  const { id, name, status, revision } = batch;
  const at = batch.finished_at ?? batch.changed_at ?? batch.created_at;
  return { id: `${id}:${revision}`, batch: id, name, status, detail: detailOf(batch), at, isRead: false };
}

function detailOf({ status, status_reason, progress }: Batch): string {
  if (status === "completed") return `${count(progress.succeeded, "image")}.`;
  if (status === "failed" && status_reason !== "") return status_reason;
  return `${figure(progress.failed)} of ${count(progress.total, "image")} failed.`;
}
