import type { BatchView, Role } from "@/api/schema";

/** What a person may do with a batch. */
export type BatchAct =
  | "pause"
  | "resume"
  | "cancel"
  | "retry"
  | "promote"
  | "order"
  | "edit"
  | "budget"
  | "duplicate"
  | "archive"
  | "delete";

export interface Me {
  id: string;
  role: Role;
}

const OVER = new Set<string>(["completed", "completed_with_failures", "failed", "cancelled"]);

/** The acts that make sense for a batch as it stands, for who looks at it; the service decides again. */
export function offers(batch: BatchView, me: Me): ReadonlySet<BatchAct> {
  const offered = new Set<BatchAct>();
  if (me.role !== "admin" && me.role !== "editor") return offered;
  const isTheirs = me.role === "admin" || batch.created_by === me.id;
  const isOver = OVER.has(batch.status);
  const isEnding = /^cancelling/i.test(batch.status_reason);
  const isPausing = batch.status === "running" && /^pausing/i.test(batch.status_reason);
  offered.add("edit").add("duplicate").add("archive");
  if (isTheirs) offered.add("budget");
  if (batch.progress.failed > 0 && !isEnding) offered.add("retry");
  if (isOver) return isTheirs ? offered.add("delete") : offered;
  if (isEnding) return offered;
  offered.add("cancel").add("promote").add("order");
  if (batch.status === "paused" || isPausing) offered.add("resume");
  else if (batch.status !== "scheduled") offered.add("pause");
  return offered;
}
