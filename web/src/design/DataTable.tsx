import { VisuallyHidden } from "@mantine/core";
import type { CSSProperties, ReactNode } from "react";
import styles from "@/design/DataTable.module.css";

export interface Column<Row> {
  /** What the column holds; on a phone it stands above each value, too. */
  name: string;
  cell: (row: Row) => ReactNode;
  /** On a phone: the line that the card begins with, what stands before all or in its upper corner; else one of its facts. */
  part?: "title" | "lead" | "corner";
  /** The name is for screen readers alone: what stands below says it. */
  isUnnamed?: boolean;
  /** Stands at the right, as numbers and acts do. */
  isNumber?: boolean;
  /** Pixels of a desktop that are enough. */
  maxWidth?: number;
}

interface DataTableProps<Row> {
  /** What the rows are, for screen readers. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  isChosen?: (row: Row) => boolean;
}

/** Rows as a table; on a phone each is a card with its title first, so that nothing scrolls sideways. */
export function DataTable<Row>({ label, columns, rows, keyOf, isChosen }: DataTableProps<Row>) {
  const facts = columns.filter((column) => column.part === undefined).length;
  // The roles are said: without them a browser that lays rows out as cards would no longer call this a table.
  return (
    // biome-ignore-start lint/a11y/noRedundantRoles: see above
    // biome-ignore-start lint/a11y/useSemanticElements: see above
    <table className={styles.table} role="table" aria-label={label} data-thirds={facts % 3 === 0 || undefined}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ name, isUnnamed, isNumber }) => (
            <th key={name} role="columnheader" scope="col" data-number={isNumber}>
              {isUnnamed ? <VisuallyHidden>{name}</VisuallyHidden> : <span>{name}</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row" data-chosen={isChosen?.(row) || undefined}>
            {columns.map((column) => (
              <td
                key={column.name}
                role="cell"
                data-part={column.part ?? "fact"}
                data-number={column.isNumber}
                style={widest(column.maxWidth)}
              >
                {column.part === undefined && (
                  <span className={styles.name} aria-hidden>
                    {column.name}
                  </span>
                )}
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
    // biome-ignore-end lint/a11y/useSemanticElements: see above
    // biome-ignore-end lint/a11y/noRedundantRoles: see above
  );
}

function widest(pixels: number | undefined): CSSProperties {
  return (pixels === undefined ? {} : { "--widest": `${pixels}px` }) as CSSProperties;
}
