/** What is larger than this is written to disk as it comes, where the browser can. */
const LARGE_BYTES = 200_000_000;

/** Where an archive goes. */
export interface Saving {
  save: (archive: Response, signal: AbortSignal) => Promise<void>;
}

interface FileHandle {
  createWritable: () => Promise<WritableStream<Uint8Array>>;
}

type Picker = (options: { suggestedName: string }) => Promise<FileHandle>;

/** Asks where a large archive is to go; small ones go where downloads go. Null when the person changed their mind.
 *
 * To be called at once when a button is pressed: browsers let a page ask only then.
 */
export async function savingFor(name: string, bytes: number): Promise<Saving | null> {
  const picker = (globalThis as { showSaveFilePicker?: Picker }).showSaveFilePicker;
  if (bytes < LARGE_BYTES || picker === undefined) return { save: (archive) => saveWhole(archive, name) };
  try {
    const handle = await picker({ suggestedName: name });
    return {
      save: async (archive, signal) => archive.body?.pipeTo(await handle.createWritable(), { signal }),
    };
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    throw error;
  }
}

async function saveWhole(archive: Response, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await archive.blob());
  link.download = name;
  link.click();
  // The browser has its own hold on it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
