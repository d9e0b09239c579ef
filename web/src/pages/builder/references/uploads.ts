/** Files on their way to become references: what each one is at, and which goes next. */

import { bytes } from "@/design/formats";
import { fileName } from "../edits";
import { MEDIA_TYPES, type MediaType } from "./references";

export type UploadState = "waiting" | "sending" | "checking" | "ready" | "failed" | "cancelled";

export interface Upload {
  /** The name under which rows wait for it; unlike that of any other upload of the page. */
  name: string;
  file: File;
  /** Makes its creation happen once, however often it is tried. */
  key: string;
  state: UploadState;
  /** How much is sent, from 0 to 1. */
  share: number;
  /** Why it failed, in words. */
  detail: string;
  /** Whether trying again may help. */
  again: boolean;
}

export const AT_ONCE = 3;
const MAX_NAME = 200;

/** Why a file cannot become a reference; empty when it may. The content decides in the end. */
export function refusal(file: File, mostBytes: number): string {
  if (!mediaType(file)) return "PNG, JPEG and WebP pictures are taken: save it as one of these.";
  if (file.size === 0) return "The file is empty.";
  if (file.size > mostBytes)
    return `The file has ${bytes(file.size)}; at most ${bytes(mostBytes)} are taken. Make it smaller.`;
  return "";
}

export function mediaType(file: File): MediaType | undefined {
  return MEDIA_TYPES.find((type) => type === file.type);
}

/** Whether a file is a sheet to be imported, not a picture. */
export function isSheet(file: File): boolean {
  return /\.(csv|tsv|txt|xlsx|xls)$/i.test(file.name);
}

/** A file's name as the API keeps it: of one that is too long the end, which says what it is. */
export function keptName(file: string): string {
  return [...file].slice(-MAX_NAME).join("");
}

/** A file's name, with a number where another upload has it already. */
export function freshName(file: string, taken: ReadonlySet<string>): string {
  const dot = file.lastIndexOf(".");
  const [stem, end] = dot > 0 ? [file.slice(0, dot), file.slice(dot)] : [file, ""];
  let name = file;
  for (let number = 2; taken.has(fileName(name)); number++) name = `${stem} (${number})${end}`;
  return name;
}

/** Those that may begin now. */
export function next(uploads: readonly Upload[]): Upload[] {
  const running = uploads.filter(isRunning).length;
  return uploads.filter((upload) => upload.state === "waiting").slice(0, Math.max(0, AT_ONCE - running));
}

export function isRunning({ state }: Upload): boolean {
  return state === "sending" || state === "checking";
}

export function isOpen(upload: Upload): boolean {
  return upload.state === "waiting" || isRunning(upload);
}
