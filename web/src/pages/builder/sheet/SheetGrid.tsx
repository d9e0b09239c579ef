import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "react";
import { flushSync } from "react-dom";
import type { ColumnKey } from "../columns";
import type { WrongCell } from "../readings";
import type { SheetRow } from "../sheets";
import { cellOf } from "../sheets";
import { CellEditor, type Choice, type Leave } from "./CellEditor";
import { HEAD_HEIGHT, NUMBERS_WIDTH, ROW_HEIGHT, type SheetColumn, widthOf } from "./columns";
import classes from "./Sheet.module.css";
import { SheetRowView, type Shown } from "./SheetRowView";
import { at, moved, movedBy, rangeOf, type Selection, rows as wholeRows, within } from "./selections";

/** What the sheet asks to be done; places are those of rows and of visible columns. */
export interface SheetActs {
  write(row: number, column: SheetColumn, text: string): void;
  clear(): void;
  copy(): string;
  paste(text: string): void;
  /** A key that is no matter of moving or writing; true when something was done. */
  command(event: KeyboardEvent): boolean;
  /** What was dragged onto a row; null where there is none. */
  drop(data: DataTransfer, row: number | null): void;
  menu(event: { x: number; y: number }): void;
  /** Opens the editor of a cell that has one of its own; false leaves it to be written in. */
  open(column: ColumnKey): boolean;
}

interface SheetGridProps {
  rows: readonly SheetRow[];
  columns: readonly SheetColumn[];
  shown: Shown;
  wrongs: ReadonlyMap<string, readonly WrongCell[]>;
  choices(column: SheetColumn): readonly Choice[];
  selection: Selection;
  onSelect(selection: Selection): void;
  acts: SheetActs;
}

const OVERSCAN = 8;
const STEPS: Record<Leave, [number, number]> = {
  down: [1, 0],
  up: [-1, 0],
  right: [0, 1],
  left: [0, -1],
  stay: [0, 0],
};

/** The rows as a sheet: one control whose arrow keys move in it; only the lines in view are drawn. */
export function SheetGrid({ rows, columns, shown, wrongs, choices, selection, onSelect, acts }: SheetGridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const [editing, setEditing] = useState<{ row: number; column: number; text: string } | null>(null);
  const [aimed, setAimed] = useState<number | null>(null);
  const bounds = { rows: rows.length, columns: columns.length };
  const chosen = within(selection, bounds);
  const range = rangeOf(chosen);
  const width = widthOf(columns);
  const lines = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    scrollPaddingStart: HEAD_HEIGHT,
  });

  const reveal = useCallback(
    (spot: { row: number; column: number }) => {
      const box = scroller.current;
      const column = columns[spot.column];
      if (!box || !column) return;
      const top = spot.row * ROW_HEIGHT;
      if (top < box.scrollTop) box.scrollTop = top;
      const lowest = top + ROW_HEIGHT + HEAD_HEIGHT - box.clientHeight;
      if (lowest > box.scrollTop) box.scrollTop = lowest + 2;
      if (column.left - NUMBERS_WIDTH < box.scrollLeft) box.scrollLeft = column.left - NUMBERS_WIDTH;
      const farthest = column.left + column.width - box.clientWidth;
      if (farthest > box.scrollLeft) box.scrollLeft = Math.min(farthest, column.left - NUMBERS_WIDTH);
    },
    [columns],
  );
  const { row: focusRow, column: focusColumn } = chosen.focus;
  useEffect(() => reveal({ row: focusRow, column: focusColumn }), [focusRow, focusColumn, reveal]);

  const edit = (row: number, column: number, text?: string) => {
    const key = columns[column]?.key;
    const line = rows[row];
    if (!key || !line || (text === undefined && acts.open(key))) return;
    flushSync(() => setEditing({ row, column, text: text ?? cellOf(line, key) }));
  };
  const leave = (way: Leave) => {
    setEditing(null);
    grid.current?.focus({ preventScroll: true });
    onSelect(moved(chosen, ...STEPS[way], bounds, false));
  };

  const pressed = (event: KeyboardEvent<HTMLDivElement>) => {
    if (editing) return;
    if (acts.command(event)) {
      event.preventDefault();
      return;
    }
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
    const next = movedBy(event, chosen, bounds, page);
    const command = commands[event.key];
    if (next || command) {
      event.preventDefault();
      if (next) onSelect(next);
      else command?.();
    } else if (event.key === " " && event.shiftKey) {
      event.preventDefault();
      onSelect(wholeRows(range.top, range.bottom, bounds));
    } else if (begins(event)) {
      // Not prevented: the field that opens takes the key, and whatever an input method makes of it.
      edit(focusRow, focusColumn, "");
    }
  };
  const commands: Partial<Record<string, () => void>> = {
    Enter: () => edit(focusRow, focusColumn),
    F2: () => edit(focusRow, focusColumn),
    Delete: acts.clear,
    Backspace: acts.clear,
  };

  const pointed = (event: PointerEvent<HTMLDivElement>) => {
    const spot = spotOf(event.target);
    if (!spot || event.button > 0) return;
    if (event.pointerType === "mouse" && !editing) grid.current?.focus({ preventScroll: true });
    if (spot.column < 0) {
      const from = event.shiftKey ? chosen.anchor.row : spot.row;
      onSelect(wholeRows(from, spot.row, bounds));
    } else onSelect(event.shiftKey ? { anchor: chosen.anchor, focus: spot } : at(spot.row, spot.column));
  };
  const dragged = (event: PointerEvent<HTMLDivElement>) => {
    if (event.buttons !== 1 || event.pointerType !== "mouse" || editing) return;
    const spot = spotOf(event.target);
    if (!spot) return;
    if (spot.column < 0) onSelect(wholeRows(chosen.anchor.row, spot.row, bounds));
    else onSelect({ anchor: chosen.anchor, focus: spot });
  };
  const clipped = (event: ClipboardEvent<HTMLDivElement>) => {
    if (editing) return;
    event.preventDefault();
    if (event.type === "paste") {
      acts.paste(event.clipboardData.getData("text/plain"));
      return;
    }
    event.clipboardData.setData("text/plain", acts.copy());
    if (event.type === "cut") acts.clear();
  };
  const dropped = (event: DragEvent<HTMLDivElement>) => {
    event.preventDefault();
    event.stopPropagation();
    setAimed(null);
    acts.drop(event.dataTransfer, rowOf(event.target));
  };

  const active = columns[editing?.column ?? -1];
  return (
    <div ref={scroller} className={classes.scroller}>
      <div
        ref={grid}
        role="grid"
        aria-label="Rows of the batch"
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable
        aria-activedescendant="sheet-active-cell"
        tabIndex={0}
        className={classes.grid}
        onKeyDown={pressed}
        onPointerDown={pointed}
        onPointerOver={dragged}
        onDoubleClick={(event) => {
          const spot = spotOf(event.target);
          if (spot && spot.column >= 0) edit(spot.row, spot.column);
        }}
        onContextMenu={(event) => {
          const spot = spotOf(event.target);
          if (!spot) return;
          event.preventDefault();
          if (spot.row < range.top || spot.row > range.bottom) onSelect(wholeRows(spot.row, spot.row, bounds));
          acts.menu({ x: event.clientX, y: event.clientY });
        }}
        onCopy={clipped}
        onCut={clipped}
        onPaste={clipped}
        onDragOver={(event) => {
          event.preventDefault();
          setAimed(rowOf(event.target));
        }}
        onDragLeave={() => setAimed(null)}
        onDrop={dropped}
      >
        <Head columns={columns} width={width} />
        <div role="rowgroup" className={classes.body} style={{ height: lines.getTotalSize(), width }}>
          {drawn(
            lines.getVirtualItems().map((line) => line.index),
            focusRow,
            rows.length,
          ).map((place) => {
            const row = rows[place];
            const inside = place >= range.top && place <= range.bottom;
            return (
              row && (
                <SheetRowView
                  key={row.id}
                  row={row}
                  place={place}
                  top={place * ROW_HEIGHT}
                  columns={columns}
                  width={width}
                  shown={shown}
                  wrongs={wrongs.get(row.id)}
                  left={inside ? range.left : -1}
                  right={inside ? range.right : -1}
                  active={place === focusRow ? focusColumn : -1}
                  aimed={place === aimed}
                />
              )
            );
          })}
        </div>
      </div>
      {editing && active && (
        <CellEditor
          key={`${editing.row} ${active.key}`}
          column={active}
          row={editing.row}
          text={editing.text}
          choices={choices(active)}
          onDone={(text, way) => {
            acts.write(editing.row, active, text);
            leave(way);
          }}
          onCancel={() => leave("stay")}
        />
      )}
    </div>
  );
}

function Head({ columns, width }: { columns: readonly SheetColumn[]; width: number }) {
  return (
    <div role="rowgroup" className={classes.head} style={{ width }}>
      <div role="row" aria-rowindex={1} style={{ display: "flex", height: HEAD_HEIGHT }}>
        <div role="columnheader" className={classes.corner} style={{ width: NUMBERS_WIDTH }}>
          <span className={classes.hidden}>Row</span>
        </div>
        {columns.map((column, place) => (
          <div
            key={column.key}
            role="columnheader"
            aria-colindex={place + 2}
            className={classes.title}
            data-variable={column.key.startsWith("variable:") || undefined}
            style={{ width: column.width }}
          >
            {column.title}
          </div>
        ))}
      </div>
    </div>
  );
}

/** The lines in view, and the one with the active cell: the grid names it wherever it is. */
function drawn(inView: number[], active: number, count: number): number[] {
  if (active >= count || inView.includes(active)) return inView;
  return active < (inView[0] ?? 0) ? [active, ...inView] : [...inView, active];
}

/** Whether a key begins to write: a sign, or an input method that is about to make one. */
function begins({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey) return false;
  return key === "Process" || (key.length === 1 && !altKey && key !== " ") || (key.length === 1 && altKey);
}

function rowOf(target: EventTarget): number | null {
  const row = (target as Element).closest<HTMLElement>("[data-row]");
  return row ? Number(row.dataset.row) : null;
}

/** The cell under the pointer; its column is -1 at a row's number. */
function spotOf(target: EventTarget): { row: number; column: number } | null {
  const row = rowOf(target);
  if (row === null) return null;
  const cell = (target as Element).closest<HTMLElement>("[data-column]");
  if (cell) return { row, column: Number(cell.dataset.column) };
  return (target as Element).closest("[data-number]") ? { row, column: -1 } : null;
}
