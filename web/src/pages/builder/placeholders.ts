/** The `{{name}}` places of prompts. */

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const MAX_NAME = 64;

function isName(text: string): boolean {
  return text.length >= 1 && text.length <= MAX_NAME;
}

/** The names in a prompt's `{{name}}` places, each once, in order. */
export function placeholders(prompt: string): string[] {
  if (!prompt.includes("{{")) return [];
  const names = [...prompt.matchAll(PLACEHOLDER)].map((match) => (match[1] ?? "").trim());
  return [...new Set(names.filter(isName))];
}

/** The prompt with its places filled; a place without a value stays as it is. */
export function render(prompt: string, values: Readonly<Record<string, unknown>>): string {
  return prompt.replace(PLACEHOLDER, (whole, inside: string) => {
    const name = inside.trim();
    return isName(name) && Object.hasOwn(values, name) ? String(values[name] ?? "") : whole;
  });
}
