import type { Dialog } from "./dialogs";
import { ExpansionDialog } from "./ExpansionDialog";
import { appendRows, changeReferences, referencesIn, withFree, writeCells } from "./edits";
import { ImportDialog } from "./ImportDialog";
import { importRows, type Mapped } from "./imports";
import { NewColumnDialog } from "./NewColumnDialog";
import { readRow, readSettings } from "./readings";
import { GalleryDrawer } from "./references/GalleryDrawer";
import { type Batch, cellOf, type SheetRow } from "./sheets";
import type { BuilderState } from "./useBuilder";

interface BuilderDialogsProps {
  state: BuilderState;
  dialog: Dialog | null;
  onClose(): void;
}

/** What opens over the sheet: the gallery, the expansion of rows, an import, a new column. */
export function BuilderDialogs({ state, dialog, onClose }: BuilderDialogsProps) {
  const { editing, known, models } = state;
  const { batch, edit } = editing;
  const done = (name: string, change: (now: Batch) => Batch) => {
    edit(name, change);
    onClose();
  };
  const take = (grid: readonly (readonly string[])[], mapping: readonly Mapped[], how: "add" | "replace") => {
    const imported = importRows(grid, mapping, known.byFile);
    done("Import rows", (now) => appendRows(how === "add" ? now : { ...now, rows: [] }, imported.rows, imported.free));
  };
  return (
    <>
      <Gallery state={state} dialog={dialog?.kind === "gallery" ? dialog : null} onClose={onClose} />
      {dialog?.kind === "expansion" && (
        <ExpansionDialog
          {...expansionOf(chosenRows(batch, dialog.rows), batch)}
          models={models}
          onSave={(text) =>
            done("Expand rows", (now) =>
              writeCells(
                now,
                now.rows.flatMap((row, place) =>
                  dialog.rows.has(row.id) ? [{ row: place, column: "expand" as const, text }] : [],
                ),
              ),
            )
          }
          onClose={onClose}
        />
      )}
      {dialog?.kind === "import" && (
        <ImportDialog
          name={dialog.name}
          grid={dialog.grid}
          guess={dialog.guess}
          onImport={(mapping, how) => take(dialog.grid, mapping, how)}
          onClose={onClose}
        />
      )}
      {dialog?.kind === "column" && (
        <NewColumnDialog
          batch={batch}
          onAdd={(column) => done("Add a column", (now) => withFree(now, [column]))}
          onClose={onClose}
        />
      )}
    </>
  );
}

interface GalleryProps {
  state: BuilderState;
  dialog: (Dialog & { kind: "gallery" }) | null;
  onClose(): void;
}

function Gallery({ state, dialog, onClose }: GalleryProps) {
  const { editing, known, uploads } = state;
  const { batch, edit } = editing;
  const rows = dialog?.rows ?? null;
  const [first] = rows ? chosenRows(batch, rows) : [];
  const own = first ? cellOf(first, "references") : "";
  return (
    <GalleryDrawer
      opened={dialog !== null}
      onClose={onClose}
      target={targetOf(batch, rows)}
      chosen={referencesIn(rows ? own : (batch.defaults.references ?? ""))}
      references={known.byId}
      onChoose={(names) => edit("References", (now) => changeReferences(now, rows, () => names))}
      uploads={uploads}
      onFiles={(files) => state.takePictures(files, rows)}
    />
  );
}

function chosenRows(batch: Batch, ids: ReadonlySet<string>): SheetRow[] {
  return batch.rows.filter((row) => ids.has(row.id));
}

function targetOf(batch: Batch, rows: ReadonlySet<string> | null): string {
  if (!rows) return "For all rows";
  const places = batch.rows.flatMap((row, place) => (rows.has(row.id) ? [place + 1] : []));
  const [first = 1] = places;
  return places.length > 1 ? `For rows ${first} to ${places.at(-1)}` : `For row ${first}`;
}

function expansionOf(rows: readonly SheetRow[], batch: Batch) {
  const [first] = rows;
  const defaults = readSettings(batch.defaults).settings;
  return {
    text: first ? cellOf(first, "expand") : "",
    variants: rows.map((row) => readRow(row).settings.variants ?? defaults.variants ?? 1),
    references: (first && readRow(first).settings.references) ?? defaults.references ?? [],
  };
}
