/** The same drafts as the API keeps them, so that they go on on any device. */

import { newIdempotencyKey } from "@/api/client";
import * as api from "@/api/drafts";
import { asProblem } from "@/api/problems";
import { type Batch, filledRows, newBatch } from "../sheets";
import type { Remote } from "./records";

const FORMAT = 1;
const PREFIX = "dft_";

export interface RemoteDraft extends Remote {
  batch: Batch;
}

export function isRemoteId(id: string): boolean {
  return id.startsWith(PREFIX);
}

/** A draft as the API keeps it: null when it is gone, undefined when it cannot be asked for now. */
export async function readRemote(id: string): Promise<RemoteDraft | null | undefined> {
  try {
    const { revision, content } = await api.readDraft(id);
    return { id, revision, batch: batchIn(content) };
  } catch (error) {
    const problem = asProblem(error);
    return problem.status === 404 ? null : undefined;
  }
}

/** Sends a draft to the API, for the first time under this browser's own id; raises a Problem. */
export async function sendRemote(id: string, remote: Remote | null, batch: Batch): Promise<Remote> {
  const at = remote ?? (await begun(id));
  const name = batch.name.trim() || "Untitled batch";
  const content = { format: FORMAT, batch: JSON.parse(JSON.stringify(batch)) };
  const saved = await api.saveDraft(at.id, { name, rows: filledRows(batch).length, content }, at.revision);
  return { id: saved.id, revision: saved.revision };
}

/** A new draft: this browser's own id makes it once, and another one where that one was deleted. */
async function begun(id: string): Promise<Remote> {
  try {
    return await api.createDraft(`draft-${id}`);
  } catch (error) {
    if (asProblem(error).status !== 404) throw error;
    return api.createDraft(newIdempotencyKey());
  }
}

export async function removeRemote(id: string): Promise<void> {
  try {
    await api.deleteDraft(id);
  } catch (error) {
    if (asProblem(error).status !== 404) throw error;
  }
}

/** The batch in a draft's content; what an older page left out takes the value of a new batch. */
function batchIn(content: Readonly<Record<string, unknown>>): Batch {
  return { ...newBatch(), ...(content.batch as Partial<Batch> | undefined) };
}
