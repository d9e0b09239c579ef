import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Asset, Stored } from "@/live/documents";
import { isItem, type Thing } from "@/live/things";

const PROJECT = "demo-fanfold";

/** Documents of one organisation in Firestore's emulator, written as the platform's own functions write them. */
export class StoredThings {
  constructor(
    private readonly host: string,
    readonly org: string,
  ) {}

  async put(thing: Thing) {
    const place = isItem(thing) ? `batches/${thing.batch}/items/${thing.id}` : `batches/${thing.id}`;
    const address = `http://${this.host}/v1/projects/${PROJECT}/databases/(default)/documents/orgs/${this.org}/${place}`;
    const headers = { Authorization: "Bearer owner", "Content-Type": "application/json" };
    const body = JSON.stringify({ fields: fieldsOf(storedOf(thing)) });
    const answer = await fetch(address, { method: "PATCH", headers, body });
    if (!answer.ok) throw new Error(`The emulator refused a write: ${await answer.text()}`);
  }
}

/** A thing of the API as it is stored, with some of what only the engine needs. */
export function storedOf(thing: Thing): Stored {
  const times = Object.entries(thing).map(([name, value]) => [name, name.endsWith("_at") ? moment(value) : value]);
  const stored = Object.fromEntries(times) as Record<string, unknown>;
  if (!isItem(thing)) return { ...stored, deleted_at: null, terms: ["spring"], schema: 1 };
  const { asset, ...rest } = stored;
  const image = asset as Asset | null;
  const references = thing.references.map((id) => ({ id, object: `references/${id}`, media_type: "image/png" }));
  const found = image && { asset_id: image.id, width: image.width, height: image.height };
  return { ...rest, ...found, references, lease_owner: "worker", in_flight: false, schema: 1 };
}

function moment(value: unknown): unknown {
  return typeof value === "string" ? new Date(value) : value;
}

function fieldsOf(stored: Stored): Record<string, unknown> {
  return Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, encoded(value)]));
}

function encoded(value: unknown): unknown {
  if (value === null) return { nullValue: null };
  if (value instanceof Date) return { timestampValue: value.toISOString() };
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { booleanValue: value };
  if (typeof value === "number")
    return Number.isInteger(value) ? { integerValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(encoded) } };
  return { mapValue: { fields: fieldsOf(value as Stored) } };
}

/** A wire to the emulator that can be cut. */
export class Wire {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  constructor(host: string) {
    const [name, port] = host.split(":");
    this.server = createServer((near) => {
      if (this.isCut) {
        near.destroy();
        return;
      }
      const far = connect(Number(port), name);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on("error", () => socket.destroy());
        socket.on("close", () => this.sockets.delete(socket));
      }
      near.on("close", () => far.destroy());
      far.on("close", () => near.destroy());
      near.pipe(far).pipe(near);
    });
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return (this.server.address() as AddressInfo).port;
  }

  cut() {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend() {
    this.isCut = false;
  }

  async stop() {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
