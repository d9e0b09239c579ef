import type { ItemUpdate, ItemView, ModelView, RetryChanges } from "@/api/schema";

/** What may be edited of an image, as a form holds it; empty fields leave it to the model. */
export interface ItemEdit {
  prompt: string;
  model: string;
  aspect_ratio: string;
  size: string;
  seed: number | "";
  strength: number | "";
  steps: number | "";
  guidance: number | "";
  reference_mode: ItemView["reference_mode"];
}

export const EDITED = [
  "prompt",
  "model",
  "aspect_ratio",
  "size",
  "seed",
  "strength",
  "steps",
  "guidance",
  "reference_mode",
] as const satisfies readonly (keyof ItemEdit)[];

export function editOf(item: ItemView): ItemEdit {
  return {
    prompt: item.prompt,
    model: item.model,
    aspect_ratio: item.aspect_ratio,
    size: item.size,
    seed: item.seed ?? "",
    strength: item.strength ?? "",
    steps: item.steps ?? "",
    guidance: item.guidance ?? "",
    reference_mode: item.reference_mode,
  };
}

/** What of an image that waits may become different, and of one that is tried again. */
export type ItemChanges = Partial<ItemUpdate> & Partial<RetryChanges>;

/** What is different after an edit, in the API's words. A field that was emptied is null: it is left to the model. */
export function changesOf(before: ItemEdit, after: ItemEdit): ItemChanges {
  const changed = EDITED.filter((name) => before[name] !== after[name]).map((name) => [
    name,
    after[name] === "" ? null : after[name],
  ]);
  return Object.fromEntries(changed) as ItemChanges;
}

/** The edit with a model's own shapes and sizes where the ones of before are not among them, and without what it does not take. */
export function fittedTo(edit: ItemEdit, model: ModelView | undefined): ItemEdit {
  if (model === undefined) return edit;
  const { aspect_ratios, sizes, seed, strength, steps, guidance } = model.capabilities;
  const among = (value: string, offered: readonly string[]) =>
    offered.includes(value) ? value : (offered[0] ?? value);
  return {
    ...edit,
    model: model.id,
    aspect_ratio: among(edit.aspect_ratio, aspect_ratios),
    size: among(edit.size, sizes),
    seed: seed ? edit.seed : "",
    strength: strength ? edit.strength : "",
    steps: steps ? edit.steps : "",
    guidance: guidance ? edit.guidance : "",
  };
}
