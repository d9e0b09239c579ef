import { ActionIcon, Checkbox, Menu, Tooltip, VisuallyHidden } from "@mantine/core";
import {
  IconArrowBarToDown,
  IconArrowBarToUp,
  IconArrowDown,
  IconArrowUp,
  IconDots,
  IconGripVertical,
  type TablerIcon,
} from "@tabler/icons-react";
import { type DragEvent, type MouseEvent, memo } from "react";
import type { ItemView } from "@/api/schema";
import { figure, moment } from "@/design/formats";
import styles from "@/pages/wall/line/Line.module.css";

/** Where one image is to go. */
export type Way = "first" | "up" | "down" | "last";

export interface LineRowActs {
  open: (item: ItemView) => void;
  choose: (item: ItemView, how: "toggle" | "range") => void;
  focus: (item: ItemView) => void;
  go: (item: ItemView, way: Way) => void;
  drag: (item: ItemView, event: DragEvent) => void;
}

interface LineRowProps {
  item: ItemView | undefined;
  place: number;
  /** Its number in line, from 1; null for what is on its way or between two tries. */
  number: number | null;
  count: number;
  top: number;
  canMove: boolean;
  isChosen: boolean;
  isChoosing: boolean;
  isCurrent: boolean;
  isDragged: boolean;
  acts: LineRowActs;
}

const WAYS: { way: Way; words: string; icon: TablerIcon }[] = [
  { way: "first", words: "Make first", icon: IconArrowBarToUp },
  { way: "up", words: "Move up", icon: IconArrowUp },
  { way: "down", words: "Move down", icon: IconArrowDown },
  { way: "last", words: "Make last", icon: IconArrowBarToDown },
];

/** One image that waits: its number, what it will show, and, where it can be moved, how. */
export const LineRow = memo(function LineRow(props: LineRowProps) {
  const { item, place, number, count, top, canMove, isChosen, isChoosing, isCurrent, isDragged, acts } = props;
  const isMovable = canMove && number !== null && item !== undefined;
  const onClick = (event: MouseEvent) => {
    if (item === undefined) return;
    if (isMovable && event.shiftKey) acts.choose(item, "range");
    else if (isMovable && (event.ctrlKey || event.metaKey || isChoosing)) acts.choose(item, "toggle");
    else acts.open(item);
  };
  return (
    <li
      className={styles.row}
      style={{ transform: `translateY(${top}px)` }}
      aria-posinset={place + 1}
      aria-setsize={count}
      data-place={place}
      data-item={item?.id}
      data-fixed={number === null || undefined}
      data-chosen={isChosen || undefined}
      data-choosing={isChoosing || undefined}
      data-dragged={isDragged || undefined}
    >
      <span className={styles.number} data-figures aria-hidden>
        {item === undefined ? "" : number === null ? besideWords(item) : figure(number)}
      </span>
      <button
        type="button"
        className={styles.open}
        tabIndex={isCurrent ? 0 : -1}
        onClick={onClick}
        onFocus={() => item !== undefined && acts.focus(item)}
      >
        <VisuallyHidden>{standing(item, number)} </VisuallyHidden>
        {item?.prompt}
      </button>
      {item !== undefined && (
        <span className={styles.facts}>
          <span>Row {figure(item.row + 1)}</span>
          <span>
            {item.aspect_ratio} · {item.size}
          </span>
          <span className={styles.model}>{item.model}</span>
        </span>
      )}
      {isMovable && (
        <>
          <Checkbox
            size="xs"
            className={styles.choose}
            tabIndex={-1}
            aria-label={`Choose image ${item.index + 1}`}
            checked={isChosen}
            onChange={() => {}}
            onClick={(event) => acts.choose(item, event.shiftKey ? "range" : "toggle")}
          />
          <span
            className={styles.handle}
            draggable
            aria-hidden
            title="Drag to move"
            onDragStart={(event) => acts.drag(item, event)}
          >
            <IconGripVertical size={16} stroke={1.6} />
          </span>
          <span className={styles.ways}>
            {WAYS.filter(({ way }) => way === "first" || way === "last").map(({ way, words, icon: Icon }) => (
              <Tooltip key={way} label={`${words} (${way === "first" ? "F" : "L"})`}>
                <ActionIcon
                  size="sm"
                  aria-label={`${words}: image ${item.index + 1}`}
                  tabIndex={isCurrent ? 0 : -1}
                  onClick={() => acts.go(item, way)}
                >
                  <Icon size={16} stroke={1.7} aria-hidden />
                </ActionIcon>
              </Tooltip>
            ))}
          </span>
          <Menu withinPortal position="bottom-end">
            <Menu.Target>
              <ActionIcon className={styles.menu} aria-label={`Move image ${item.index + 1}`}>
                <IconDots size={18} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {WAYS.map(({ way, words, icon: Icon }) => (
                <Menu.Item key={way} leftSection={<Icon size={16} aria-hidden />} onClick={() => acts.go(item, way)}>
                  {words}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </>
      )}
    </li>
  );
});

/** What stands where others have their numbers. */
function besideWords(item: ItemView): string {
  return isResting(item) ? "Later" : "Next";
}

function isResting(item: ItemView): boolean {
  return item.not_before !== null && Date.parse(item.not_before) > Date.now();
}

/** Where it stands, for those who do not see it. */
function standing(item: ItemView | undefined, number: number | null): string {
  if (item === undefined) return "An image that waits";
  if (number !== null) return `Number ${number}:`;
  return isResting(item) ? `Next try at ${moment(item.not_before ?? "")}:` : "On its way:";
}
