import { count } from "@/design/formats";
import type { Scope } from "@/pages/dead-letters/bulk";

/** Which images an act means, in a sentence. */
export function scopeWords(scope: Scope): string {
  if ("items" in scope) return `${count(scope.items.length, "image")}.`;
  return Object.keys(scope.filter).length === 0
    ? "Every image that failed for good, in all batches."
    : "Every image that the filter finds, also those that are not listed yet.";
}
