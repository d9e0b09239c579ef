import { createParser, type EventSourceMessage } from "eventsource-parser";
import { send } from "@/api/client";
import { asProblem, Problem, problemOf } from "@/api/problems";
import { takeSlot } from "@/live/slots";
import type { Thing } from "@/live/things";

/** The server says something every 15 seconds, if only that it is there. */
const SILENCE_MS = 40_000;

export interface Place {
  readonly batch: string;
  readonly from: number;
  readonly to: number;
}

export interface Heard {
  /** One event; the batch itself comes after all that was missed. */
  told(kind: "batch" | "item", thing: Thing, id: string): void;
  /** The server closed the stream in order. */
  ended(): void;
  /** There was no stream, or it broke. */
  broke(problem: Problem): void;
}

/** Reads one stream of events until it ends; returns how to leave it. The credential is a header, never in the address. */
export function stream(place: Place, since: string | null, heard: Heard, silenceMs = SILENCE_MS): () => void {
  const leaving = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listen = () => {
    clearTimeout(timer);
    timer = setTimeout(() => leaving.abort(new Problem(SILENT)), silenceMs);
  };
  let hasLeft = false;
  listen();
  read(place, since, heard, leaving.signal, listen)
    .then(
      () => {
        if (!hasLeft) heard.ended();
      },
      (error: unknown) => {
        if (!hasLeft) heard.broke(asProblem(leaving.signal.aborted ? leaving.signal.reason : error));
      },
    )
    .finally(() => clearTimeout(timer));
  return () => {
    hasLeft = true;
    clearTimeout(timer);
    leaving.abort();
  };
}

const SILENT = {
  status: 0,
  code: "silent",
  title: "The connection fell silent",
  detail: "Nothing was heard from Fanfold for a while. This page connects again by itself.",
};

async function read(place: Place, since: string | null, heard: Heard, signal: AbortSignal, listen: () => void) {
  const giveBack = await takeSlot();
  try {
    await follow(place, since, heard, signal, listen);
  } finally {
    giveBack();
  }
}

async function follow(place: Place, since: string | null, heard: Heard, signal: AbortSignal, listen: () => void) {
  const response = await ask(place, since, signal);
  const parser = createParser({ onEvent: (event) => tell(event, heard) });
  const reader = response.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    listen();
    parser.feed(value);
  }
}

async function ask(place: Place, since: string | null, signal: AbortSignal) {
  const query = new URLSearchParams({ from_index: String(place.from), to_index: String(place.to) });
  const address = new URL(`/v1/batches/${encodeURIComponent(place.batch)}/events?${query}`, globalThis.location.origin);
  const headers = new Headers({ Accept: "text/event-stream" });
  if (since !== null) headers.set("Last-Event-ID", since);
  const response = await send(new Request(address, { headers, signal, cache: "no-store" }));
  if (!response.ok || response.body === null) throw problemOf(response, await response.json().catch(() => null));
  return response.body as ReadableStream<Uint8Array<ArrayBuffer>>;
}

function tell(event: EventSourceMessage, heard: Heard) {
  if (event.event !== "batch" && event.event !== "item") return;
  heard.told(event.event, JSON.parse(event.data) as Thing, event.id ?? "");
}
