import type { AssetView } from "@/api/schema";
import type { HandedRow } from "@/pages/builder/handover";

/** A row that makes an image again just as it was made: its whole recipe, its tags and what was noted with it. */
export function rowOf({ recipe, tags, metadata }: AssetView): HandedRow {
  const hasReferences = recipe.references.length > 0;
  return {
    prompt: recipe.prompt,
    model: recipe.model,
    aspect_ratio: recipe.aspect_ratio,
    size: recipe.size,
    references: recipe.references,
    reference_mode: hasReferences ? (recipe.reference_mode ?? null) : null,
    seed: recipe.seed ?? null,
    strength: recipe.strength ?? null,
    steps: recipe.steps ?? null,
    guidance: recipe.guidance ?? null,
    tags,
    metadata,
  };
}
