/** A sheet from a file that was dropped or chosen. */

import { knownIn, widthOf } from "./imports";
import { MAX_FILE_BYTES, readSeparated } from "./separated";

/** Each is a choice in the dialog; a row has fewer fields, variables and metadata together. */
const MAX_COLUMNS = 200;
const ZIP = [0x50, 0x4b, 0x03, 0x04];
const OLD_WORKBOOK = [0xd0, 0xcf, 0x11, 0xe0];

/** The lines of a CSV, TSV or XLSX file; throws an Error in words when it cannot be read. */
export async function readFile(file: File): Promise<string[][]> {
  if (file.size > MAX_FILE_BYTES) throw new Error(`${file.name} has over ${MAX_FILE_BYTES / 1024 ** 2} MB: split it.`);
  const data = await file.arrayBuffer();
  const first = new Uint8Array(data.slice(0, 4));
  if (begins(first, OLD_WORKBOOK)) {
    throw new Error("It is an old .xls workbook or locked with a password: save it as .xlsx without one.");
  }
  const lines = begins(first, ZIP)
    ? await (await import("./workbooks")).readWorkbook(data)
    : readSeparated(decoded(data), knownIn);
  const filled = lines.filter((line) => line.some((cell) => cell.trim()));
  if (filled.length < 2)
    throw new Error("There are no rows in it: the first row must name the columns, one of them prompt.");
  const width = widthOf(filled);
  if (width > MAX_COLUMNS)
    throw new Error(`It has ${width} columns; at most ${MAX_COLUMNS} are taken. Leave out those that you do not need.`);
  return filled;
}

function begins(data: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, place) => data[place] === byte);
}

/** UTF-8 (or what a byte order mark says), and what is not that as Windows' own. */
function decoded(data: ArrayBuffer): string {
  const [first, second] = new Uint8Array(data.slice(0, 2));
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(data);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(data);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch {
    return new TextDecoder("windows-1252").decode(data);
  }
}
