import type { AssetView } from "@/api/schema";
import type { HandedRow } from "@/pages/builder/handover";

/** A row that makes an image again just as it was made: its whole recipe, its tags and what was noted with it. */
export function rowOf({ recipe, prompt, model, aspect_ratio, size, tags, metadata }: AssetView): HandedRow {
  const references = recipe.references ?? [];
  return {
    prompt: recipe.prompt || prompt,
    model: recipe.model || model,
    aspect_ratio: recipe.aspect_ratio || aspect_ratio,
    size: recipe.size || size,
    references,
    reference_mode: references.length > 0 ? (recipe.reference_mode ?? null) : null,
    seed: recipe.seed ?? null,
    strength: recipe.strength ?? null,
    steps: recipe.steps ?? null,
    guidance: recipe.guidance ?? null,
    tags,
    metadata,
  };
}
