import { notifications } from "@mantine/notifications";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { batchNameQuery } from "@/api/batchNames";
import { fetchImage } from "@/api/images";
import { asProblem } from "@/api/problems";
import type { AssetView } from "@/api/schema";
import { tellProblem } from "@/design/toasts";
import { packed } from "@/pages/library/downloads/archives";
import { DownloadNote } from "@/pages/library/downloads/DownloadNote";
import { type Filed, manifestOf } from "@/pages/library/downloads/manifests";
import { fileNames } from "@/pages/library/downloads/names";
import { savingFor } from "@/pages/library/downloads/savings";
import { useSessionStore } from "@/session/useSession";

/** Downloads images as one ZIP with a manifest, while the person goes on; leaving Fanfold ends it. */
export function useDownload() {
  const queries = useQueryClient();
  const store = useSessionStore();
  return async (assets: readonly AssetView[]) => {
    const abort = new AbortController();
    const stopListening = store.onLeave(() => abort.abort());
    try {
      await download(assets, abort, queries);
    } finally {
      stopListening();
    }
  };
}

async function download(assets: readonly AssetView[], abort: AbortController, queries: QueryClient) {
  const { signal } = abort;
  const total = assets.length;
  const size = assets.reduce((sum, asset) => sum + asset.bytes, 0);
  const saving = await savingFor(archiveName(new Date()), size);
  if (saving === null) return;
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

function archiveName(now: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `Fanfold images ${day} ${two(now.getHours())}.${two(now.getMinutes())}.zip`;
}
