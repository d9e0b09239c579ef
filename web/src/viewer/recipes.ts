import type { ItemView } from "@/api/schema";

/** One line of a recipe: what it is, and the value in words; empty where there is none. */
export interface RecipeLine {
  name: string;
  value: string;
}

type Made = Pick<
  ItemView,
  | "prompt"
  | "model"
  | "provider"
  | "references"
  | "reference_mode"
  | "aspect_ratio"
  | "size"
  | "seed"
  | "strength"
  | "steps"
  | "guidance"
  | "fallen_from"
  | "asset"
>;

const MODES: Record<string, string> = {
  style_only: "Style only",
  style_and_composition: "Style and composition",
};

/** The settings that an image was made with, in the order in which they matter; the prompt is told apart. */
export function recipeLines(item: Made): RecipeLine[] {
  const lines: RecipeLine[] = [
    { name: "Model", value: item.model },
    { name: "Provider", value: item.provider },
    { name: "Asked for first", value: item.fallen_from.join(", ") },
    { name: "Shape", value: `${item.aspect_ratio} at ${item.size}` },
    { name: "Came back as", value: pixelsOf(item.asset) },
    { name: "Seed", value: item.seed === null ? "" : String(item.seed) },
    { name: "References", value: item.references.length === 0 ? "" : String(item.references.length) },
    { name: "Reference mode", value: item.references.length === 0 ? "" : (MODES[item.reference_mode] ?? "") },
    { name: "Strength", value: item.strength === null ? "" : String(item.strength) },
    { name: "Steps", value: item.steps === null ? "" : String(item.steps) },
    { name: "Guidance", value: item.guidance === null ? "" : String(item.guidance) },
  ];
  return lines.filter((line) => line.value !== "");
}

function pixelsOf(asset: ItemView["asset"]): string {
  if (asset === null || asset.width === null || asset.height === null) return "";
  return `${asset.width} × ${asset.height} pixels`;
}

/** One line of several recipes side by side. */
export interface ComparedLine {
  name: string;
  values: string[];
  differs: boolean;
}

/** The same lines of several recipes, in order; a value that one of them lacks is empty. */
export function comparedLines(items: readonly Made[]): ComparedLine[] {
  const recipes = items.map((item) => [{ name: "Prompt", value: item.prompt }, ...recipeLines(item)]);
  const names = [...new Set(recipes.flatMap((lines) => lines.map((line) => line.name)))];
  return names.map((name) => {
    const values = recipes.map((lines) => lines.find((line) => line.name === name)?.value ?? "");
    return { name, values, differs: new Set(values).size > 1 };
  });
}

/** A part of a prompt, and whether the other prompts lack it. */
export interface Word {
  text: string;
  differs: boolean;
}

/** A prompt in its words, those marked that not all the other prompts have. */
export function markedWords(prompt: string, others: readonly string[]): Word[] {
  const known = others.map((other) => new Set(wordsOf(other)));
  return prompt
    .split(/(\s+)/)
    .filter((text) => text !== "")
    .map((text) => {
      const [word] = wordsOf(text);
      return { text, differs: word !== undefined && known.some((words) => !words.has(word)) };
    });
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];
}
