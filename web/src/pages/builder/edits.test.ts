import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ColumnKey } from "./columns";
import * as edits from "./edits";
import { act, begin, redo, undo } from "./histories";
import { allColumns, type Batch, newBatch, newRow, visibleColumns } from "./sheets";

const COLUMNS: ColumnKey[] = ["prompt", "variants", "aspect_ratio", "model"];

function batchOf(...rows: Record<string, string>[]): Batch {
  return newBatch(rows.map((cells) => newRow(cells)));
}

function texts(batch: Batch, column: ColumnKey): (string | undefined)[] {
  return batch.rows.map((row) => row.cells[column]);
}

const all = { top: 0, bottom: 0, left: 0, right: 0 };

describe("cells", () => {
  it("are written where they are, and rows are added for those beyond the end", () => {
    const batch = edits.pasteBlock(batchOf({ prompt: "A" }), { ...all, top: 0 }, COLUMNS, [
      ["A tent", "2"],
      ["A shoe", "3"],
      ["A lamp", ""],
    ]);
    expect(texts(batch, "prompt")).toEqual(["A tent", "A shoe", "A lamp"]);
    expect(texts(batch, "variants")).toEqual(["2", "3", undefined]);
  });

  it("of one copied text fill the whole range", () => {
    const range = { top: 0, bottom: 2, left: 2, right: 2 };
    const batch = edits.pasteBlock(batchOf({ prompt: "A" }, { prompt: "B" }, { prompt: "C" }), range, COLUMNS, [
      ["4:5"],
    ]);
    expect(texts(batch, "aspect_ratio")).toEqual(["4:5", "4:5", "4:5"]);
  });

  it("that are written are shown", () => {
    const batch = edits.writeCells(batchOf({}), [{ row: 0, column: "seed", text: "7" }]);
    expect(visibleColumns(batch)).toContain("seed");
  });

  it("that stay the same leave the very batch", () => {
    const batch = batchOf({ prompt: "A" });
    expect(edits.writeCells(batch, [{ row: 0, column: "prompt", text: "A" }])).toBe(batch);
  });

  it("are filled down from the first line, or from the line above a single one", () => {
    const batch = batchOf({ prompt: "A", model: "m" }, { prompt: "B" }, { prompt: "C" });
    const range = { top: 0, bottom: 2, left: 3, right: 3 };
    expect(texts(edits.fillDown(batch, range, COLUMNS), "model")).toEqual(["m", "m", "m"]);
    const single = { top: 1, bottom: 1, left: 3, right: 3 };
    expect(texts(edits.fillDown(batch, single, COLUMNS), "model")).toEqual(["m", "m", undefined]);
  });
});

describe("rows", () => {
  const batch = batchOf({ prompt: "A" }, { prompt: "B" }, { prompt: "C" });

  it("are duplicated below, with ids of their own", () => {
    const after = edits.duplicateRows(batch, 0, 1);
    expect(texts(after, "prompt")).toEqual(["A", "B", "A", "B", "C"]);
    expect(new Set(after.rows.map((row) => row.id)).size).toBe(5);
  });

  it("are removed, and one blank one is left of none", () => {
    expect(texts(edits.removeRows(batch, 1, 1), "prompt")).toEqual(["A", "C"]);
    expect(texts(edits.removeRows(batch, 0, 2), "prompt")).toEqual([undefined]);
  });

  it("move by one place and stop at the ends", () => {
    expect(texts(edits.moveRows(batch, 1, 2, -1), "prompt")).toEqual(["B", "C", "A"]);
    expect(texts(edits.moveRows(batch, 0, 1, 1), "prompt")).toEqual(["C", "A", "B"]);
    expect(edits.moveRows(batch, 0, 0, -1)).toBe(batch);
  });

  it("from elsewhere come behind the last one that says something", () => {
    const after = edits.appendRows(batchOf({ prompt: "A" }, {}, {}), [newRow({ prompt: "B" })]);
    expect(texts(after, "prompt")).toEqual(["A", "B"]);
  });

  it("take a file's id wherever its name stands", () => {
    const named = batchOf({ prompt: "A", references: "photos\\Walker.jpg; shoe.png" }, { prompt: "B" });
    const after = edits.replaceReferences(named, new Map([["walker.jpg", "ref_1"]]));
    expect(texts(after, "references")).toEqual(["ref_1; shoe.png", undefined]);
    expect(after.rows[1]).toBe(named.rows[1]);
    expect(texts(edits.replaceReferences(after, new Map([["shoe.png", ""]])), "references")).toEqual([
      "ref_1",
      undefined,
    ]);
  });
});

describe("a {{name}} in a prompt", () => {
  it("becomes a column by itself, and goes when nobody names it and it is empty", () => {
    const named = edits.writeCells(batchOf({}), [{ row: 0, column: "prompt", text: "A {{colour}} tent" }]);
    expect(allColumns(named)).toContain("variable:colour");
    const gone = edits.writeCells(named, [{ row: 0, column: "prompt", text: "A tent" }]);
    expect(allColumns(gone)).not.toContain("variable:colour");
  });

  it("keeps its column while something is written in it", () => {
    const named = edits.writeCells(batchOf({ prompt: "A {{colour}} tent" }), [
      { row: 0, column: "variable:colour", text: "red" },
    ]);
    const after = edits.writeCells(named, [{ row: 0, column: "prompt", text: "A tent" }]);
    expect(allColumns(after)).toContain("variable:colour");
  });

  it("is filled by metadata of its name, and by its expansion", () => {
    const kept = edits.withFree(batchOf({ prompt: "{{sku}}" }), [{ kind: "metadata", name: "sku" }]);
    expect(edits.withPlaceholders(kept).free).toHaveLength(1);
    const expanded = batchOf({ prompt: "{{hue}}", expand: '{"variables": [{"hue": "red"}, {"hue": "blue"}]}' });
    expect(edits.withPlaceholders(expanded).free).toEqual([]);
  });
});

it("sets what every row takes instead of its own, also in its expansion", () => {
  const batch = batchOf(
    { prompt: "A", model: "dear" },
    { prompt: "B", expand: '{"model": ["dear", "fine"], "aspect_ratio": ["1:1"]}' },
    { prompt: "C", expand: '{"model": ["dear"]}' },
  );
  const after = edits.setEachRow(batch, { model: "cheap" });
  expect(after.defaults.model).toBe("cheap");
  expect(texts(after, "model")).toEqual([undefined, undefined, undefined]);
  expect(texts(after, "expand")).toEqual([undefined, '{"mode":"product","aspect_ratio":["1:1"]}', undefined]);
});

const place = fc.nat({ max: 12 });
const range = fc.tuple(place, place, fc.nat({ max: 3 }), fc.nat({ max: 3 })).map(([a, b, c, d]) => ({
  top: Math.min(a, b),
  bottom: Math.max(a, b),
  left: Math.min(c, d),
  right: Math.max(c, d),
}));
const text = fc.oneof(fc.string({ maxLength: 6 }), fc.constant("{{a}} x"), fc.constant("7"));
const anyEdit: fc.Arbitrary<(batch: Batch) => Batch> = fc.oneof(
  fc.tuple(range, fc.array(fc.array(text, { maxLength: 4 }), { maxLength: 4 })).map(
    ([at, block]) =>
      (batch: Batch) =>
        edits.pasteBlock(batch, at, COLUMNS, block),
  ),
  range.map((at) => (batch: Batch) => edits.fillDown(batch, at, COLUMNS)),
  range.map((at) => (batch: Batch) => edits.clearCells(batch, at, COLUMNS)),
  range.map((at) => (batch: Batch) => edits.duplicateRows(batch, at.top, at.bottom)),
  range.map((at) => (batch: Batch) => edits.removeRows(batch, at.top, at.bottom)),
  fc.tuple(range, fc.constantFrom(-1 as const, 1 as const)).map(
    ([at, by]) =>
      (batch: Batch) =>
        edits.moveRows(batch, at.top, Math.min(at.bottom, batch.rows.length - 1), by),
  ),
);

it("takes back any acts exactly, and does them again exactly", () => {
  fc.assert(
    fc.property(fc.array(anyEdit, { maxLength: 12 }), (acts) => {
      const start = batchOf({ prompt: "A" }, { prompt: "B", variants: "2" });
      const done = acts.reduce((history, one) => act(history, "Edit", one(history.present)), begin(start));
      let back = done;
      for (let step = 0; step < acts.length; step++) back = undo(back);
      expect(back.present).toBe(start);
      let again = back;
      for (let step = 0; step < acts.length; step++) again = redo(again);
      expect(again.present).toBe(done.present);
      expect(new Set(done.present.rows.map((row) => row.id)).size).toBe(done.present.rows.length);
    }),
  );
});

it("takes a column of more lines than a call takes arguments", () => {
  const block = Array.from({ length: 200_000 }, (_, row) => [`${row}`]);
  const range = { top: 0, bottom: 0, left: 0, right: 0 };
  const { rows } = edits.pasteBlock(newBatch(), range, ["prompt"], block);
  expect(rows.length).toBe(200_000);
  expect(rows.at(-1)?.cells.prompt).toBe("199999");
});
