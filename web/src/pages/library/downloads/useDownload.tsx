import { notifications } from "@mantine/notifications";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { readAllAssets } from "@/api/assets";
import { batchNameQuery } from "@/api/batchNames";
import { fetchImage } from "@/api/images";
import { itemPages } from "@/api/items";
import { asProblem } from "@/api/problems";
import type { AssetView, BatchView } from "@/api/schema";
import { tellProblem } from "@/design/toasts";
import { packed } from "@/pages/library/downloads/archives";
import { DownloadNote } from "@/pages/library/downloads/DownloadNote";
import { type Filed, manifestOf } from "@/pages/library/downloads/manifests";
import { fileNames, safe } from "@/pages/library/downloads/names";
import { savingFor } from "@/pages/library/downloads/savings";
import { useSessionStore } from "@/session/useSession";

// An image of one megapixel as PNG: asking where a large archive goes has to come before its images are listed.
const USUAL_BYTES = 1_500_000;

/** What is to be downloaded, told before it is listed. */
interface Wanted {
  /** Of the archive, without its ending. */
  name: string;
  count: number;
  bytes: number;
  list: (signal: AbortSignal) => Promise<readonly AssetView[]>;
}

/** Downloads images as one ZIP with a manifest, while the person goes on; leaving Fanfold ends it. */
export function useDownload() {
  const fetched = useFetched();
  return (assets: readonly AssetView[]) =>
    fetched({
      name: `Fanfold images ${stamp(new Date())}`,
      count: assets.length,
      bytes: bytesOf(assets),
      list: () => Promise.resolve(assets),
    });
}

/** Downloads all finished images of a batch, in the same way. */
export function useBatchDownload() {
  const fetched = useFetched();
  return ({ id, name, progress }: BatchView) =>
    fetched({
      name: `${safe(name) || "Batch"} ${stamp(new Date())}`,
      count: progress.succeeded,
      bytes: progress.succeeded * USUAL_BYTES,
      list: (signal) => readAllAssets({ batch: id, sort: "oldest" }, signal),
    });
}

function useFetched() {
  const queries = useQueryClient();
  const store = useSessionStore();
  return async (wanted: Wanted) => {
    const abort = new AbortController();
    const stopListening = store.onLeave(() => abort.abort());
    try {
      await download(wanted, abort, queries);
    } finally {
      stopListening();
    }
  };
}

async function download(wanted: Wanted, abort: AbortController, queries: QueryClient) {
  const { signal } = abort;
  const saving = await savingFor(`${wanted.name}.zip`, wanted.bytes);
  if (saving === null) return;
  let [total, size] = [wanted.count, wanted.bytes];
  const files: Filed[] = [];
  const note = (done: number) => ({
    // The acts on what is chosen, below, are to stay in reach.
    position: "top-right" as const,
    autoClose: false as const,
    withCloseButton: false,
    message: <DownloadNote done={done} total={total} bytes={size} onCancel={() => abort.abort()} />,
  });
  const id = notifications.show(note(0));
  try {
    const assets = await placed(await wanted.list(signal), signal);
    [total, size] = [assets.length, bytesOf(assets)];
    const batches = await batchNames(assets, queries);
    const names = fileNames(assets, batches);
    files.push(...assets.map((asset, at) => ({ asset, name: names[at] ?? asset.id, problem: null })));
    const { downloadZip } = await import("client-zip");
    const onProgress = (done: number) => notifications.update({ id, ...note(done) });
    const fetchOne = ({ asset }: Filed) => fetchImage(asset, queries, signal);
    const entries = async function* () {
      yield* packed({ files, fetchOne, reasonOf: (error) => asProblem(error).detail, signal, onProgress });
      yield { name: "manifest.csv", lastModified: new Date(), input: await manifestOf(files, batches) };
    };
    await saving.save(downloadZip(entries()), signal);
    notifications.update({
      id,
      ...ended,
      message: <DownloadNote done={total} total={total} bytes={size} files={files} />,
    });
  } catch (error) {
    notifications.hide(id);
    if (!signal.aborted) tellProblem(error, "The images could not be downloaded");
  }
}

const ended = { autoClose: 10_000, withCloseButton: true };

/** Images with their places in their batches: those that were made before places were kept are looked up, so that a file has the
 * name which the batch's items are told with.
 */
async function placed(assets: readonly AssetView[], signal: AbortSignal): Promise<readonly AssetView[]> {
  const places = new Map<string, number>();
  for (const batch of new Set(assets.flatMap((asset) => (asset.index === null ? asset.batch : [])))) {
    try {
      for await (const page of itemPages(batch, signal)) for (const { id, index } of page) places.set(id, index);
    } catch (error) {
      // Of a deleted batch nobody tells: its images have names that are just as different.
      if (asProblem(error).status !== 404) throw error;
    }
  }
  return assets.map((asset) => ({ ...asset, index: asset.index ?? places.get(asset.item) ?? null }));
}

async function batchNames(assets: readonly AssetView[], queries: QueryClient): Promise<Map<string, string | null>> {
  const ids = [...new Set(assets.map((asset) => asset.batch))];
  const names = new Map<string, string | null>();
  // A name is a comfort: without it the id serves.
  const nameOf = (id: string) => queries.fetchQuery(batchNameQuery(id)).catch(() => null);
  for (let start = 0; start < ids.length; start += 8) {
    const some = ids.slice(start, start + 8);
    const found = await Promise.all(some.map(nameOf));
    for (const [at, id] of some.entries()) names.set(id, found[at] ?? null);
  }
  return names;
}

function bytesOf(assets: readonly AssetView[]): number {
  return assets.reduce((sum, asset) => sum + asset.bytes, 0);
}

/** For a file's name: where the reader is. */
function stamp(now: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `${day} ${two(now.getHours())}.${two(now.getMinutes())}`;
}
