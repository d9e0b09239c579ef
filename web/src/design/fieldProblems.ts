import { asProblem } from "@/api/problems";

interface Form {
  setErrors(errors: Record<string, string>): void;
}

/** A JSON pointer as a form calls the place: `/rows/3/prompt` is `rows.3.prompt`. */
export function fieldOf(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");
}

/** Puts what a problem says of fields at the form's fields, and gives the sentence that belongs to none of them.
 *
 * `fields` are the form's own names; what is wrong elsewhere is told in the sentence, with its place.
 */
export function showAtFields(form: Form, error: unknown, fields: readonly string[]): string | null {
  const problem = asProblem(error);
  const known = new Set(fields);
  const placed = problem.errors.filter((one) => known.has(fieldOf(one.pointer)));
  form.setErrors(Object.fromEntries(placed.map((one) => [fieldOf(one.pointer), one.detail])));
  const homeless = problem.errors.filter((one) => !known.has(fieldOf(one.pointer)));
  if (homeless.length > 0) return homeless.map((one) => `${fieldOf(one.pointer)}: ${one.detail}`).join(" ");
  return placed.length > 0 ? null : problem.detail;
}
