/** Rows that another page hands to the builder: "use this recipe", "new batch from these". */

import { newIdempotencyKey } from "@/api/client";

/** A row of a batch, in the API's words; what is left out says nothing. */
export interface HandedRow {
  prompt: string;
  variants?: number | null;
  references?: readonly string[] | null;
  reference_mode?: string | null;
  aspect_ratio?: string | null;
  size?: string | null;
  model?: string | null;
  seed?: number | null;
  strength?: number | null;
  steps?: number | null;
  guidance?: number | null;
  variables?: Readonly<Record<string, unknown>> | null;
  tags?: readonly string[] | null;
  metadata?: Readonly<Record<string, unknown>> | null;
  expand?: Readonly<Record<string, unknown>> | null;
  fallback?: readonly string[] | null;
}

export interface Handover {
  rows: readonly HandedRow[];
  name?: string;
}

const PREFIX = "fanfold:handover:";
// Only what the storage has no room for.
const waiting = new Map<string, Handover>();

/**
 * Keeps rows for the builder and returns the path that opens it with them: `navigate(openBuilderWith(rows))`.
 * They stay for the life of the tab, so that a reload or a step back finds them again.
 */
export function openBuilderWith(rows: readonly HandedRow[], name?: string): string {
  const id = newIdempotencyKey();
  const handover: Handover = name === undefined ? { rows } : { rows, name };
  try {
    sessionStorage.setItem(PREFIX + id, JSON.stringify(handover));
  } catch {
    // Memory serves until a reload.
    waiting.set(id, handover);
  }
  return `/batches/new?from=${id}`;
}

/** The rows that were handed over under this id; null when the tab no longer knows them. */
export function handedOver(id: string): Handover | null {
  const kept = waiting.get(id);
  if (kept) return kept;
  const stored = sessionStorage.getItem(PREFIX + id);
  return stored === null ? null : (JSON.parse(stored) as Handover);
}

/** Forgets every handover of the tab: nothing of one person's work is left for the next one. */
export function forgetHandovers(): void {
  waiting.clear();
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }
}
