import { keepPreviousData, queryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { Problem, problemOf } from "@/api/problems";
import type { ReferenceCreate, ReferenceCreatedView, ReferenceView, UploadView } from "@/api/schema";

const PAGE = 100;
const FRESH_MS = 30 * 60_000;

/** The organisation's reference pictures, the newest first, a page at a time; only those whose file names have the words of `q`, if given. */
export function useReferences(q = "") {
  return useInfiniteQuery({
    queryKey: ["references", "list", q],
    queryFn: ({ pageParam, signal }) => {
      const query = { page_size: PAGE, page_token: pageParam, ...(q !== "" && { q }) };
      return answer(api.GET("/v1/references", { params: { query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    placeholderData: keepPreviousData,
  });
}

export function createReference(
  body: ReferenceCreate,
  key: string,
  signal: AbortSignal,
): Promise<ReferenceCreatedView> {
  return answer(api.POST("/v1/references", { body, params: { header: { "Idempotency-Key": key } }, signal }));
}

export function completeReference(id: string, signal: AbortSignal): Promise<ReferenceView> {
  return answer(api.POST("/v1/references/{reference_id}:complete", { params: { path: { reference_id: id } }, signal }));
}

/** One reference, also one that is not among the newest. */
export function referenceQuery(id: string) {
  return queryOptions({
    queryKey: ["reference", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/v1/references/{reference_id}", { params: { path: { reference_id: id } }, signal })),
    staleTime: FRESH_MS,
  });
}

export async function deleteReference(id: string): Promise<void> {
  await answer(api.DELETE("/v1/references/{reference_id}", { params: { path: { reference_id: id } } }));
}

/**
 * Sends a file straight to where the API said, with how much of it is sent, from 0 to 1.
 *
 * By XMLHttpRequest: fetch tells nothing of uploads on their way. Raises a Problem, or an AbortError when it is stopped.
 */
export function sendFile(
  file: File,
  way: UploadView,
  onShare: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const settle = (outcome: () => void) => () => {
      signal.removeEventListener("abort", stop);
      outcome();
    };
    request.open(way.method, way.url);
    for (const [name, value] of Object.entries(way.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && onShare(event.loaded / event.total);
    request.onload = settle(() => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(problemOf(new Response(null, { status: request.status }), undefined));
    });
    request.onerror = settle(() => reject(LOST));
    request.onabort = settle(() => reject(new DOMException("The upload was stopped.", "AbortError")));
    if (signal.aborted) {
      reject(new DOMException("The upload was stopped.", "AbortError"));
      return;
    }
    signal.addEventListener("abort", stop);
    request.send(file);
  });
}

const LOST = new Problem({
  status: 0,
  code: "offline",
  title: "No connection",
  detail: "The picture could not be sent. Check the connection and try again.",
});
