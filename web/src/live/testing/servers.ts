import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type Batch, hasEnded, type Item, isItem, type Thing } from "@/live/things";

interface Listening {
  readonly answer: ServerResponse;
  readonly from: number;
  readonly to: number;
}

/** A server that speaks the API's protocol of batches, items and events, and does what it is told to do wrong. */
export class ProtocolServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly streams = new Set<Listening>();
  private things = new Map<string, { thing: Thing; at: number }>();
  private count = 0;
  /** What was asked, in order. */
  asked: { path: string; since: string | null; authorization: string | null }[] = [];
  isAway = false;
  refusal: number | null = null;
  hasStreams = true;

  constructor() {
    this.server = createServer((request, answer) => this.serve(request, answer));
    this.server.on("connection", (socket) => {
      if (this.isAway) socket.destroy();
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop() {
    this.away();
    await new Promise((resolve) => this.server.close(resolve));
  }

  reset() {
    for (const { answer } of this.streams) answer.destroy();
    this.things = new Map();
    this.asked = [];
    this.isAway = false;
    this.refusal = null;
    this.hasStreams = true;
  }

  get openStreams(): number {
    return this.streams.size;
  }

  /** A thing is like this from now on. */
  put(thing: Thing) {
    this.count += 1;
    this.things.set(thing.id, { thing, at: this.count });
    for (const listening of [...this.streams]) if (isFor(listening, thing)) this.send(listening, thing, this.count);
    if (!isItem(thing) && hasEnded(thing.status)) this.closeStreams();
  }

  /** Send something once more, or too late. */
  say(thing: Thing) {
    for (const listening of this.streams) this.send(listening, thing, this.count);
  }

  /** End all streams in order, as the API does after five minutes. */
  closeStreams() {
    for (const { answer } of this.streams) answer.end(": over\n\n");
    this.streams.clear();
  }

  away() {
    this.isAway = true;
    for (const socket of this.sockets) socket.destroy();
  }

  back() {
    this.isAway = false;
  }

  private serve(request: IncomingMessage, answer: ServerResponse) {
    const address = new URL(request.url ?? "/", "http://127.0.0.1");
    const since = (request.headers["last-event-id"] as string | undefined) ?? null;
    const authorization = request.headers.authorization ?? null;
    this.asked.push({ path: address.pathname + address.search, since, authorization });
    const [, , , batch = "", part] = address.pathname.split("/");
    if (this.refusal !== null) return refuse(answer, this.refusal);
    if (batch === "") return tell(answer, { batches: this.batches(), next_page_token: "" });
    const found = this.things.get(batch)?.thing;
    if (found === undefined) return refuse(answer, 404);
    if (part === "items") return tell(answer, { items: this.items(address.searchParams), next_page_token: "" });
    if (part === "events") return this.stream(answer, address.searchParams, found, since);
    return tell(answer, found);
  }

  private batches(): Batch[] {
    return [...this.things.values()].map(({ thing }) => thing).filter((thing): thing is Batch => !isItem(thing));
  }

  private items(query: URLSearchParams): Item[] {
    const from = Number(query.get("from_index") ?? 0);
    const status = query.get("status");
    const all = [...this.things.values()].map(({ thing }) => thing).filter(isItem);
    const wanted = all.filter((item) => item.index >= from && (status === null || item.status === status));
    return wanted.sort((one, other) => one.index - other.index).slice(0, Number(query.get("page_size") ?? 50));
  }

  private stream(answer: ServerResponse, query: URLSearchParams, batch: Thing, since: string | null) {
    if (!this.hasStreams) return refuse(answer, 503);
    answer.writeHead(200, { "Content-Type": "text/event-stream" });
    const from = Number(query.get("from_index") ?? 0);
    const listening = { answer, from, to: Number(query.get("to_index") ?? Number.POSITIVE_INFINITY) };
    if (since !== null) {
      const missed = [...this.things.values()].filter(({ thing, at }) => isItem(thing) && at >= Number(since) - 1);
      for (const { thing, at } of missed) if (isFor(listening, thing)) this.send(listening, thing, at);
    }
    this.send(listening, batch, this.count);
    if (hasEnded(batch.status)) return answer.end(": over\n\n");
    this.streams.add(listening);
    answer.on("close", () => this.streams.delete(listening));
  }

  private send({ answer }: Listening, thing: Thing, at: number) {
    answer.write(`event: ${isItem(thing) ? "item" : "batch"}\nid: ${at}\ndata: ${JSON.stringify(thing)}\n\n`);
  }
}

function isFor({ from, to }: Listening, thing: Thing): boolean {
  return !isItem(thing) || (from <= thing.index && thing.index < to);
}

function tell(answer: ServerResponse, body: unknown) {
  answer.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

const TITLES: Readonly<Record<number, string>> = { 403: "Not allowed", 404: "Not found", 503: "Unavailable" };

function refuse(answer: ServerResponse, status: number) {
  const headers = { "Content-Type": "application/problem+json", ...(status === 503 && { "Retry-After": "1" }) };
  const detail = `Refused with ${status}.`;
  const problem = { type: "about:blank", title: TITLES[status], status, detail, code: "refused", request_id: "r" };
  answer.writeHead(status, headers).end(JSON.stringify(problem));
}
