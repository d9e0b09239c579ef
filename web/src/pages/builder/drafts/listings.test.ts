import { expect, it } from "vitest";
import { newBatch, newRow } from "../sheets";
import { listed } from "./listings";
import type { DraftRecord } from "./records";

function record(id: string, remote: string | null, savedAt: number): DraftRecord {
  const batch = { ...newBatch([newRow({ prompt: "A" }), newRow()]), name: id };
  const place = remote === null ? null : { id: remote, revision: 1 };
  return { id, owner: "o", version: 1, savedAt, batch, remote: place, synced: true };
}

function view(id: string, changed_at: string) {
  return { id, name: id, rows: 3, bytes: 9, created_at: changed_at, changed_at, revision: 1 };
}

it("lists what this browser has while the API cannot be asked", () => {
  const here = [record("mine", "dft_1", 0), record("alone", null, 1)];

  expect(listed(here, undefined).map(({ id, remote }) => [id, remote])).toEqual([
    ["alone", null],
    ["mine", "dft_1"],
  ]);
});

it("lists every draft once, at this browser's address where it has one, the newest first", () => {
  const here = [record("mine", "dft_1", 0), record("alone", null, Date.parse("2026-11-03T00:00:00Z"))];
  const there = [view("dft_1", "2026-11-02T00:00:00Z"), view("dft_2", "2026-11-04T00:00:00Z")];

  expect(listed(here, there).map(({ id, remote, rows }) => [id, remote, rows])).toEqual([
    ["dft_2", "dft_2", 3],
    ["alone", null, 1],
    ["mine", "dft_1", 3],
  ]);
});
