import { expect, it } from "vitest";
import { madeWords } from "./ExpansionDialog";

it.each([
  [6, [2], "6 combinations × 2 variants = 12 images"],
  [6, [2, 2, 2], "6 combinations × 2 variants × 3 rows = 36 images"],
  [6, [1, 3], "6 combinations × 4 variants of all rows = 24 images"],
  [1, [1], "1 combination × 1 variant = 1 image"],
])("tells what %d combinations of rows with %j variants make", (combinations, variants, words) => {
  expect(madeWords(combinations, variants)).toBe(words);
});
