/** Cells as text: what spreadsheets put on the clipboard, CSV and TSV files. */

import Papa from "papaparse";

export const MAX_FILE_BYTES = 32 * 1024 * 1024;
const SEPARATORS = [",", ";", "\t", "|"];
const SAMPLED = 50;

/** The cells on a clipboard: parted by tabs, with quotes around texts that hold tabs, quotes or line breaks. */
export function readClipboard(text: string): string[][] {
  const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  return quotesPart(plain) ? parse(plain, "\t") : plain.split("\n").map((line) => line.split("\t"));
}

/** Whether quotes are there to keep a cell together, not as a part of someone's words. */
function quotesPart(text: string): boolean {
  if (!/(^|[\t\n])"/.test(text)) return false;
  return Papa.parse(text, { delimiter: "\t" }).errors.length === 0;
}

/** Cells as a spreadsheet takes them from the clipboard. */
export function writeClipboard(block: readonly (readonly string[])[]): string {
  const cell = (text: string) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return block.map((line) => line.map(cell).join("\t")).join("\n");
}

/** The lines of a CSV or TSV text; the separator is the one under which the header makes the most sense. Throws an Error in words. */
export function readSeparated(text: string, sense: (header: readonly string[]) => number): string[][] {
  const plain = text.replace(/^\uFEFF/, "");
  const hint = /^sep=(.)\r?\n/.exec(plain);
  if (hint) return parse(plain.slice(hint[0].length), hint[1] ?? ",");
  const ranked = SEPARATORS.map((separator) => ({ separator, rank: rankOf(plain, separator, sense) }));
  const best = ranked.reduce((one, other) => (higher(other.rank, one.rank) ? other : one));
  // A header of one column separates nothing: then commas in the lines below belong to their texts.
  return parse(plain, best.rank[1] === 1 ? "\u001F" : best.separator);
}

function rankOf(text: string, separator: string, sense: (header: readonly string[]) => number): number[] {
  const lines = Papa.parse<string[]>(text, { delimiter: separator, preview: SAMPLED, skipEmptyLines: true }).data;
  const header = lines[0] ?? [];
  const fitting = header.length > 1 ? lines.filter((line) => line.length === header.length).length : 0;
  return [sense(header), Math.min(header.length, 2), fitting];
}

function higher(rank: readonly number[], than: readonly number[]): boolean {
  const place = rank.findIndex((part, index) => part !== than[index]);
  return place >= 0 && (rank[place] ?? 0) > (than[place] ?? 0);
}

/** Throws an Error in words where a quotation mark swallows all that comes behind it. */
function parse(text: string, delimiter: string): string[][] {
  const { data, errors } = Papa.parse<string[]>(text, { delimiter });
  const open = errors.find((error) => error.code === "MissingQuotes");
  if (open)
    throw new Error(`A quotation mark in row ${(open.row ?? 0) + 1} is never closed: close it, or write it twice.`);
  return data.map((line) => line.map((cell) => cell.replaceAll("\r\n", "\n")));
}
