import { IconCheck, IconTrophy } from "@tabler/icons-react";
import type { CSSProperties, ReactNode } from "react";
import styles from "@/grid/TileCell.module.css";
import type { TileActs } from "@/grid/tiles";

interface TileCellProps {
  place: number;
  className: string | undefined;
  style?: CSSProperties;
  isChosen: boolean;
  /** A click chooses: every box is seen. */
  isChoosing: boolean;
  /** There is something to choose. */
  canChoose?: boolean;
  isPicked: boolean;
  /** What else people decided about it. */
  marks?: ReactNode;
  acts: TileActs;
  /** What is looked at, and opened. */
  children: ReactNode;
  /** What tests and styles know it by. */
  data?: Record<`data-${string}`, string | boolean | undefined>;
}

/** A tile of a grid: what it shows, with a box to choose it by and what was decided about it above. */
export function TileCell(props: TileCellProps) {
  const {
    place,
    className,
    style,
    isChosen,
    isChoosing,
    canChoose = true,
    isPicked,
    marks,
    acts,
    children,
    data,
  } = props;
  return (
    <div
      className={`${styles.cell} ${className ?? ""}`}
      role="gridcell"
      aria-selected={isChosen}
      data-place={place}
      data-choosing={isChoosing || undefined}
      style={style}
      {...data}
    >
      {children}
      {canChoose && (
        <button
          type="button"
          className={styles.choose}
          tabIndex={-1}
          aria-label={isChosen ? `Leave image ${place + 1} out` : `Choose image ${place + 1}`}
          aria-pressed={isChosen}
          onClick={(event) => acts.choose(place, event.shiftKey ? "range" : "toggle")}
        >
          <IconCheck size={14} stroke={3} aria-hidden />
        </button>
      )}
      {(isPicked || marks) && (
        <span className={styles.marks} aria-hidden>
          {marks}
          {isPicked && (
            <span className={styles.picked} title="Picked as a winner">
              <IconTrophy size={14} stroke={2} />
            </span>
          )}
        </span>
      )}
    </div>
  );
}
