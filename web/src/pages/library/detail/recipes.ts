import type { AssetView } from "@/api/schema";

/** An image in the words in which recipes are told. */
export function madeOf(asset: AssetView) {
  const { recipe, id, url, thumbnail_url, width, height, media_type, bytes, picked, rating } = asset;
  return {
    prompt: asset.prompt,
    model: asset.model,
    provider: asset.provider,
    references: recipe.references ?? [],
    reference_mode: recipe.reference_mode ?? "style_only",
    aspect_ratio: asset.aspect_ratio,
    size: asset.size,
    seed: asset.seed,
    strength: recipe.strength ?? null,
    steps: recipe.steps ?? null,
    guidance: recipe.guidance ?? null,
    fallen_from: asset.fallen_from,
    asset: { id, url, thumbnail_url, width, height, media_type, bytes, picked, rating },
  };
}
