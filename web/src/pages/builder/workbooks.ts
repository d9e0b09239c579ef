/** XLSX: the first sheet as texts, within limits; loaded only when a workbook comes. */

import { unzipSync } from "fflate";
import { readSheet } from "read-excel-file/universal";

const MAX_UNPACKED_BYTES = 100 * 1024 * 1024;
const MAX_PARTS = 5_000;
const DAY_ZERO = Date.UTC(1899, 11, 31);
const DAY_SECONDS = 86_400;

/** The lines of a workbook's first sheet; throws an Error in words when it is broken, locked or too large. */
export async function readWorkbook(data: ArrayBuffer): Promise<string[][]> {
  try {
    checkSize(new Uint8Array(data));
    const lines = await readSheet(data);
    return lines.map((line) => line.map(textOf));
  } catch (error) {
    if (error instanceof TooLarge) throw error;
    throw new Error("The workbook is damaged or locked: open it and save it again as .xlsx.", { cause: error });
  }
}

class TooLarge extends Error {}

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
