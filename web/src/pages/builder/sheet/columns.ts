/** How the sheet's columns look. */

import { type ColumnKey, freeColumn, titleOf } from "../columns";

export interface SheetColumn {
  key: ColumnKey;
  title: string;
  width: number;
  left: number;
}

export const NUMBERS_WIDTH = 56;
export const ROW_HEIGHT = 44;
export const HEAD_HEIGHT = 34;

const WIDTHS: Partial<Record<ColumnKey, number>> = {
  prompt: 380,
  variants: 84,
  references: 160,
  reference_mode: 150,
  aspect_ratio: 108,
  size: 76,
  model: 200,
  seed: 92,
  tags: 150,
  expand: 190,
  strength: 92,
  steps: 76,
  guidance: 96,
  fallback: 190,
};
const FREE_WIDTH = 150;

/** The columns with their places from left to right. */
export function laidOut(keys: readonly ColumnKey[]): SheetColumn[] {
  let left = NUMBERS_WIDTH;
  return keys.map((key) => {
    const width = WIDTHS[key] ?? FREE_WIDTH;
    const column = {
      key,
      title: freeColumn(key)?.kind === "variable" ? `{{${titleOf(key)}}}` : titleOf(key),
      width,
      left,
    };
    left += width;
    return column;
  });
}

export function widthOf(columns: readonly SheetColumn[]): number {
  const last = columns.at(-1);
  return last ? last.left + last.width : NUMBERS_WIDTH;
}
