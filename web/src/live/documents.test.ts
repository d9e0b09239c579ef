import { batchOf, itemOf } from "@/live/documents";
import { storedOf } from "@/live/testing/firestores";
import { batch, image, item } from "@/live/testing/things";

/** A moment as Firebase's SDK gives it. */
class Moment {
  constructor(
    readonly seconds: number,
    readonly nanoseconds: number,
  ) {}
}

const at = (iso: string, micros = 0) => new Moment(Date.parse(iso) / 1_000, micros * 1_000);

/** A stored document with its moments as the SDK gives them. */
function given(stored: unknown): unknown {
  if (stored instanceof Date) return new Moment(Math.floor(stored.getTime() / 1_000), (stored.getTime() % 1_000) * 1e6);
  if (Array.isArray(stored)) return stored.map(given);
  if (typeof stored !== "object" || stored === null) return stored;
  return Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, given(value)]));
}

const read = (thing: Parameters<typeof storedOf>[0]) => given(storedOf(thing)) as Record<string, unknown>;

it("gives a stored batch as the API does, without what only the engine needs", () => {
  const told = batch({ tags: ["spring"], start_at: "2026-03-01T08:30:00Z" });
  expect(batchOf(read(told))).toEqual(told);
});

it("gives a stored item as the API does, its image without links", () => {
  const asset = image({ media_type: null, bytes: null });
  const told = item({ asset, references: ["ref_a", "ref_b"], metadata: { sku: "W-17", seconds: 4, nanoseconds: 2 } });
  expect(itemOf(read(told))).toEqual(told);
});

it("gives an item's tries and its failure as the API does", () => {
  const stored = {
    ...read(item({ status: "failed" })),
    attempts: [
      {
        number: 1,
        started_at: at("2026-03-01T08:30:00Z", 120),
        error: { kind: "refused", detail: "No.", stage: null },
      },
    ],
    error: { kind: "refused", detail: "No.", hint: "Say it otherwise.", extra: 1 },
  };
  const told = itemOf(stored);
  expect(told.attempts).toEqual([
    {
      number: 1,
      model: "",
      started_at: "2026-03-01T08:30:00.000120Z",
      finished_at: null,
      error: { kind: "refused", detail: "No." },
      cost_micros: 0,
      count: 1,
      lost: false,
    },
  ]);
  expect(told.error).toEqual({ kind: "refused", detail: "No.", hint: "Say it otherwise." });
});

it("writes moments as the API does, with digits of a second only where there are any", () => {
  const stored = read(batch());
  const moments = { created_at: at("2026-03-01T08:30:00Z"), changed_at: at("2026-03-01T08:30:01Z", 4_500) };
  const told = batchOf({ ...stored, ...moments });
  expect([told.created_at, told.changed_at]).toEqual(["2026-03-01T08:30:00Z", "2026-03-01T08:30:01.004500Z"]);
});

it("reads older documents, which lack fields", () => {
  const told = batchOf({ id: "bat_a", name: "Old", status: "completed", created_at: at("2026-03-01T00:00:00Z") });
  expect(told.progress.total).toBe(0);
  expect(told.queue).toEqual({ position: 0, starts_at: null });
  expect(itemOf({ id: "itm_a", index: 3 }).asset).toBeNull();
});
