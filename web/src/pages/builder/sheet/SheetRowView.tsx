import { memo } from "react";
import type { Model } from "../checks";
import type { WrongCell } from "../readings";
import type { Reference } from "../references/references";
import { cellOf, type Defaults, type SheetRow } from "../sheets";
import { CellContent } from "./CellContent";
import type { SheetColumn } from "./columns";
import { ROW_HEIGHT } from "./columns";
import classes from "./Sheet.module.css";

export interface Shown {
  defaults: Defaults;
  models: readonly Model[];
  references: ReadonlyMap<string, Reference>;
}

interface SheetRowViewProps {
  row: SheetRow;
  place: number;
  top: number;
  columns: readonly SheetColumn[];
  width: number;
  shown: Shown;
  wrongs: readonly WrongCell[] | undefined;
  /** The selected columns of this row; -1 where none is. */
  left: number;
  right: number;
  active: number;
  aimed: boolean;
}

/** One line of the sheet. */
export const SheetRowView = memo(function SheetRowView(props: SheetRowViewProps) {
  const { row, place, columns, wrongs, shown, left, right, active } = props;
  return (
    <div
      role="row"
      aria-rowindex={place + 2}
      className={classes.row}
      data-row={place}
      data-aimed={props.aimed || undefined}
      style={{ transform: `translateY(${props.top}px)`, width: props.width, height: ROW_HEIGHT }}
    >
      <div role="rowheader" className={classes.number} data-number={place} data-selected={left >= 0 || undefined}>
        {place + 1}
      </div>
      {columns.map((column, index) => {
        const wrong = wrongs?.find((one) => one.column === column.key);
        const selected = index >= left && index <= right;
        return (
          <div
            key={column.key}
            id={index === active ? "sheet-active-cell" : undefined}
            role="gridcell"
            aria-colindex={index + 2}
            aria-selected={selected}
            aria-invalid={wrong ? true : undefined}
            title={wrong?.detail}
            className={classes.cell}
            data-column={index}
            data-kind={column.key}
            data-selected={selected || undefined}
            data-active={index === active || undefined}
            data-wrong={wrong ? true : undefined}
            style={{ width: column.width }}
          >
            <CellContent column={column.key} text={cellOf(row, column.key)} shown={shown} />
            {wrong && <span className={classes.hidden}>{wrong.detail}</span>}
          </div>
        );
      })}
    </div>
  );
});
