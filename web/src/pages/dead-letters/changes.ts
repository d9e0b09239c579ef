import type { RetryChanges } from "@/api/schema";

export const SIZES: NonNullable<RetryChanges["size"]>[] = ["512", "1K", "2K", "4K"];

/** Changes as they are typed; an empty text leaves what was. */
export interface TypedChanges {
  prompt: string;
  model: string;
  aspect_ratio: string;
  size: NonNullable<RetryChanges["size"]> | null;
  seed: string;
  /** The seed is left to the model, whatever is typed. */
  noSeed: boolean;
}

export const EMPTY_CHANGES: TypedChanges = {
  prompt: "",
  model: "",
  aspect_ratio: "",
  size: null,
  seed: "",
  noSeed: false,
};

/** Changes as the API takes them: only what was typed. */
export function changesOf({ prompt, model, aspect_ratio, size, seed, noSeed }: TypedChanges): RetryChanges {
  return {
    ...(prompt.trim() !== "" && { prompt: prompt.trim() }),
    ...(model.trim() !== "" && { model: model.trim() }),
    ...(aspect_ratio.trim() !== "" && { aspect_ratio: aspect_ratio.trim() }),
    ...(size !== null && { size }),
    ...(seed.trim() !== "" && { seed: Number(seed) }),
    ...(noSeed && { seed: null }),
  };
}
