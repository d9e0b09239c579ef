import type { Filed } from "@/pages/library/downloads/manifests";

/** A file as an archive takes it. */
export interface Packed {
  name: string;
  lastModified: Date;
  input: Blob;
}

interface Wanted {
  /** Told of as they come: those that could not be fetched have a problem afterwards. */
  files: readonly Filed[];
  fetchOne: (file: Filed) => Promise<Blob>;
  /** Why a fetch failed, in words for people. */
  reasonOf: (error: unknown) => string;
  signal: AbortSignal;
  onProgress: (done: number) => void;
}

/** So many are fetched at a time, and no more are kept in memory. */
export const MOST_AT_ONCE = 4;

/** The images in their order, fetched a few at a time while the archive is written; one that fails does not end the others.
 *
 * Raises the signal's reason once it is aborted.
 */
export async function* packed({ files, fetchOne, reasonOf, signal, onProgress }: Wanted): AsyncGenerator<Packed> {
  const fetching: Promise<Blob | null>[] = [];
  const start = (file: Filed | undefined) => {
    if (file !== undefined) fetching.push(fetched(file));
  };
  const fetched = async (file: Filed) => {
    try {
      return await fetchOne(file);
    } catch (error) {
      file.problem = reasonOf(error);
      return null;
    }
  };
  for (const file of files.slice(0, MOST_AT_ONCE)) start(file);
  for (const [at, file] of files.entries()) {
    // Taken out, so that an image which is in the archive is let go.
    const input = await fetching.shift();
    signal.throwIfAborted();
    onProgress(at + 1);
    if (input) yield { name: file.name, lastModified: new Date(file.asset.created_at), input };
    start(files[at + MOST_AT_ONCE]);
  }
}
