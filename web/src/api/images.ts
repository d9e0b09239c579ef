import type { QueryClient } from "@tanstack/react-query";
import { linksQuery } from "@/api/links";
import { Problem } from "@/api/problems";
import type { AssetView } from "@/api/schema";

const MARGIN_MS = 60_000;

/** An image as it was made; raises a `Problem` when it cannot be had. A link that has ended is replaced by a fresh one. */
export async function fetchImage(asset: AssetView, queries: QueryClient, signal: AbortSignal): Promise<Blob> {
  const isGood = asset.url !== null && Date.parse(asset.expires_at ?? "") - Date.now() > MARGIN_MS;
  const first = isGood ? await tried(asset.url ?? "", signal) : null;
  if (first?.ok) return first.blob();
  const { url } = await queries.fetchQuery({ ...linksQuery(asset.id), ...(first !== null && { staleTime: 0 }) });
  const second = await tried(url, signal);
  if (second?.ok) return second.blob();
  throw new Problem({
    status: second?.status ?? 0,
    code: "no-image",
    title: "The image could not be fetched",
    detail:
      second === null
        ? "The storage could not be reached. Check the connection and try again."
        : `The storage answered with ${second.status}. Try again; if it stays so, the image's file is gone.`,
  });
}

/** The storage's answer, or null when none came. */
async function tried(url: string, signal: AbortSignal): Promise<Response | null> {
  try {
    return await globalThis.fetch(new Request(new URL(url, globalThis.location.href), { signal }));
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}
