import { UnstyledButton } from "@mantine/core";
import { useMemo, useState } from "react";
import { useShortcuts } from "@/layout/shortcuts";
import type { Model } from "../checks";
import { type ColumnKey, isField } from "../columns";
import { insertRows, removeColumn, setHidden, writeCells } from "../edits";
import type { WrongCell } from "../readings";
import { allColumns, blankRows, FIRST_ROWS, filledRows, visibleColumns } from "../sheets";
import type { Editing } from "../useEditing";
import { sheetActs } from "./acts";
import { choicesOf } from "./choices";
import { laidOut } from "./columns";
import classes from "./Sheet.module.css";
import { SheetGrid } from "./SheetGrid";
import type { Shown } from "./SheetRowView";
import { RowMenu, SheetToolbar } from "./SheetToolbar";
import type { Selection } from "./selections";
import { SHEET_SHORTCUTS } from "./shortcuts";

interface SheetProps {
  editing: Editing;
  models: readonly Model[];
  shown: Shown;
  wrongs: ReadonlyMap<string, readonly WrongCell[]>;
  selection: Selection;
  onSelect(selection: Selection): void;
  /** Ids of references by their files' names. */
  byFile: ReadonlyMap<string, string>;
  onDrop(data: DataTransfer, row: number | null): void;
  /** A cell that has an editor of its own; false leaves it to be written in. */
  onOpen(column: ColumnKey): boolean;
  onAddColumn(): void;
  onImport(): void;
  onGallery(): void;
}

/** The rows as a sheet, with its acts as keys, buttons and a menu. */
export function Sheet(props: SheetProps) {
  const { editing, models, selection, onSelect, onOpen } = props;
  const { batch, edit } = editing;
  const [menu, setMenu] = useState<{ x: number; y: number } | null>(null);
  const { free, hidden } = batch;
  const columns = useMemo(() => visibleColumns({ free, hidden }), [free, hidden]);
  const laid = useMemo(() => laidOut(columns), [columns]);
  const acts = sheetActs({ editing, columns, selection, onSelect, references: props.byFile });
  useShortcuts(SHEET_SHORTCUTS);
  const filled = filledRows(batch).length;
  return (
    <section className={classes.frame} aria-label="Rows">
      <SheetToolbar
        editing={editing}
        acts={acts}
        columns={allColumns(batch)}
        hidden={hidden}
        onHide={(column, off) => edit(off ? "Hide a column" : "Show a column", (now) => setHidden(now, column, off))}
        onAddColumn={props.onAddColumn}
        onRemoveColumn={(column) => edit("Remove a column", (now) => removeColumn(now, column))}
        onImport={props.onImport}
        onGallery={props.onGallery}
      />
      <SheetGrid
        rows={batch.rows}
        columns={laid}
        shown={props.shown}
        wrongs={props.wrongs}
        choices={(column) => choicesOf(column.key, models)}
        selection={selection}
        onSelect={onSelect}
        acts={{
          ...acts,
          write: (row, column, text) =>
            edit("Edit a cell", (now) => writeCells(now, [{ row, column: column.key, text }])),
          open: (column) => isField(column) && onOpen(column),
          drop: props.onDrop,
          menu: setMenu,
        }}
      />
      <RowMenu place={menu} acts={acts} onClose={() => setMenu(null)} />
      <div className={classes.foot}>
        <span data-figures>
          {filled.toLocaleString("en")} of {batch.rows.length.toLocaleString("en")} rows filled
        </span>
        <UnstyledButton
          className={classes.more}
          onClick={() => edit("Add rows", (now) => insertRows(now, now.rows.length, blankRows(FIRST_ROWS)))}
        >
          Add {FIRST_ROWS} rows
        </UnstyledButton>
        <span className={classes.hint}>Paste cells from any sheet · Enter edits · drop pictures onto rows</span>
      </div>
    </section>
  );
}
