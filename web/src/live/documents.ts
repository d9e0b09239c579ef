import type { Batch, Item } from "@/live/things";

/** A document as Firebase's SDK gives it: moments are objects, everything else is as it was stored. */
export type Stored = Readonly<Record<string, unknown>>;

interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** A stored batch as the API tells it; fields that older documents lack are as the API gives them. */
export function batchOf(stored: Stored): Batch {
  const told = plain(stored) as Partial<Batch>;
  return {
    ...filled(NO_BATCH, told),
    progress: filled(NO_PROGRESS, told.progress),
    cost: filled(NO_COST, told.cost),
    queue: filled(NO_QUEUE, told.queue),
  };
}

type StoredItem = Omit<Partial<Item>, "references" | "asset"> & StoredImage & { references?: { id: string }[] };
type StoredImage = Partial<Pick<Asset, "width" | "height" | "media_type" | "bytes">> & { asset_id?: string | null };
export type Asset = NonNullable<Item["asset"]>;
type Attempt = Item["attempts"][number];

/** A stored item as the API tells it, its image without links: those are made when they are asked for. */
export function itemOf(stored: Stored): Item {
  const { references, ...told } = plain(stored) as StoredItem;
  return {
    ...filled(NO_ITEM, told as Partial<Item>),
    references: (references ?? []).map((reference) => reference.id),
    attempts: (told.attempts ?? []).map(attemptOf),
    error: told.error ? { kind: told.error.kind, detail: told.error.detail, hint: told.error.hint } : null,
    asset: assetOf(told),
  };
}

const NO_PROGRESS: Batch["progress"] = {
  total: 0,
  pending: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  percent: 0,
  message: "",
  images_per_minute: 0,
  eta_seconds: null,
};
const NO_COST: Batch["cost"] = { estimated_micros: 0, reserved_micros: 0, spent_micros: 0, budget_micros: null };
const NO_QUEUE: Batch["queue"] = { position: 0, starts_at: null };

const NO_BATCH: Batch = {
  id: "",
  name: "",
  status: "accepted",
  status_reason: "",
  priority: "standard",
  tags: [],
  created_at: "",
  created_by: "",
  start_at: null,
  started_at: null,
  finished_at: null,
  progress: NO_PROGRESS,
  cost: NO_COST,
  queue: NO_QUEUE,
  rows: 0,
  models: [],
  reuse: false,
  archived: false,
  duplicate_of: null,
  revision: 0,
  changed_at: null,
};
const NO_ITEM: Item = {
  id: "",
  batch: "",
  index: 0,
  row: 0,
  variant: 0,
  kind: "image",
  status: "pending",
  prompt: "",
  model: "",
  provider: "",
  seed: null,
  strength: null,
  steps: null,
  guidance: null,
  aspect_ratio: "",
  size: "",
  references: [],
  reference_mode: "style_only",
  fallback: [],
  fallen_from: [],
  tags: [],
  metadata: {},
  attempts: [],
  not_before: null,
  error: null,
  cost_micros: 0,
  duration_ms: null,
  reused: false,
  created_at: "",
  started_at: null,
  finished_at: null,
  asset: null,
  revision: 0,
  changed_at: null,
};
const NO_ATTEMPT: Attempt = {
  number: 1,
  model: "",
  started_at: "",
  finished_at: null,
  error: null,
  cost_micros: 0,
  count: 1,
  lost: false,
};
const NO_ASSET: Asset = {
  id: "",
  url: null,
  thumbnail_url: null,
  width: null,
  height: null,
  media_type: null,
  bytes: null,
  picked: null,
  rating: null,
};

function attemptOf(told: Attempt): Attempt {
  const error = told.error ? { kind: told.error.kind, detail: told.error.detail } : null;
  return { ...filled(NO_ATTEMPT, told), error };
}

function assetOf(told: StoredImage): Asset | null {
  if (!told.asset_id) return null;
  const { width, height, media_type, bytes } = told;
  return { ...filled(NO_ASSET, { width, height, media_type, bytes } as Partial<Asset>), id: told.asset_id };
}

/** The fields of `empty` alone, with what is told of them. */
function filled<T extends object>(empty: T, told: Partial<T> | undefined): T {
  const names = Object.keys(empty) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, told?.[name] ?? empty[name]])) as T;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  if (isMoment(value)) return written(value);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

function isMoment(value: object): value is Moment {
  // Stored maps are plain objects: only the SDK's own moments have another prototype.
  return Object.getPrototypeOf(value) !== Object.prototype && "seconds" in value && "nanoseconds" in value;
}

/** A moment as the API writes it: in UTC, with six digits of a second where it has any. */
function written({ seconds, nanoseconds }: Moment): string {
  const whole = new Date(seconds * 1_000).toISOString().slice(0, 19);
  const micros = Math.floor(nanoseconds / 1_000);
  return micros === 0 ? `${whole}Z` : `${whole}.${String(micros).padStart(6, "0")}Z`;
}
