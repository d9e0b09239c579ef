import type { ItemView } from "@/api/schema";
import type { HandedRow } from "@/pages/builder/handover";

/** A row that makes an image again as it was made. */
export function rowOf(item: ItemView): HandedRow {
  return {
    prompt: item.prompt,
    model: item.model,
    aspect_ratio: item.aspect_ratio,
    size: item.size,
    references: item.references,
    reference_mode: item.references.length > 0 ? item.reference_mode : null,
    seed: item.seed,
    strength: item.strength,
    steps: item.steps,
    guidance: item.guidance,
    fallback: item.fallback,
    tags: item.tags,
    metadata: item.metadata,
  };
}
