/** XLSX: the first sheet as texts, within limits; loaded only when a workbook comes. */

import { strFromU8, unzipSync, type Zippable, zipSync } from "fflate";
import { readSheet } from "read-excel-file/universal";

const MAX_UNPACKED_BYTES = 100 * 1024 * 1024;
const MAX_PARTS = 5_000;
const MAX_CELLS = 5_000_000;
const READ = /\.(xml|rels)$/;
const SHEET = /^xl\/worksheets\/[^/]+\.xml$/;
/** A cell's place, and a stroke where it holds nothing. */
const CELL = /<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*?(\/?)>/g;
const DAY_ZERO = Date.UTC(1899, 11, 31);
const DAY_SECONDS = 86_400;

/** The lines of a workbook's first sheet; throws an Error in words when it is broken, locked or too large. */
export async function readWorkbook(data: ArrayBuffer): Promise<string[][]> {
  try {
    const lines = await readSheet(unpacked(new Uint8Array(data)));
    return lines.map((line) => line.map(textOf));
  } catch (error) {
    if (error instanceof TooLarge) throw error;
    throw new Error("The workbook is damaged or locked: open it and save it again as .xlsx.", { cause: error });
  }
}

class TooLarge extends Error {}

/** The same workbook without compression: what is compressed, the reader unpacks in workers made of blobs, which the content policy refuses. */
function unpacked(data: Uint8Array): ArrayBuffer {
  checkSize(data);
  const parts = unzipSync(data, { filter: ({ name }) => READ.test(name) });
  for (const [name, part] of Object.entries(parts)) if (SHEET.test(name)) checkReach(strFromU8(part));
  return zipSync(parts as Zippable, { level: 0 }).buffer;
}

/** Stops before unpacking what would not fit into memory. */
function checkSize(data: Uint8Array): void {
  let bytes = 0;
  let parts = 0;
  unzipSync(data, {
    filter: (part) => {
      bytes += part.originalSize;
      parts += 1;
      return false;
    },
  });
  if (bytes > MAX_UNPACKED_BYTES || parts > MAX_PARTS) {
    throw new TooLarge(`The workbook unpacks to ${Math.round(bytes / 1024 ** 2)} MB; at most 100 MB are read.`);
  }
}

/** Stops before every empty cell up to one far out takes memory. */
function checkReach(sheet: string): void {
  let [column, row] = ["A", 1];
  for (const [, letters = "", digits, empty] of sheet.matchAll(CELL)) {
    if (empty) continue;
    if (letters.length > column.length || (letters.length === column.length && letters > column)) column = letters;
    row = Math.max(row, Number(digits));
  }
  if (numberOf(column) * row > MAX_CELLS) {
    throw new TooLarge(`The sheet reaches to ${column}${row}: delete what is far out, and save it again.`);
  }
}

/** Which column that is: A is 1, AA is 27. */
function numberOf(column: string): number {
  return [...column].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0);
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return dateText(value);
  return String(value).replaceAll("\r\n", "\n");
}

/** A day as ISO writes it; a time of day (what a spreadsheet makes of 4:5) as hours and minutes. */
function dateText(date: Date): string {
  const seconds = Math.round((date.getTime() - DAY_ZERO) / 1000);
  if (seconds < DAY_SECONDS) {
    const ofDay = ((seconds % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS;
    return `${Math.floor(ofDay / 3600)}:${Math.floor((ofDay % 3600) / 60)}`;
  }
  const iso = date.toISOString();
  return iso.endsWith("T00:00:00.000Z") ? iso.slice(0, 10) : iso.slice(0, 19).replace("T", " ");
}
