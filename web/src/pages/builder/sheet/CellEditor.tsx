import { type ChangeEvent, type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from "react";
import type { SheetColumn } from "./columns";
import { HEAD_HEIGHT, ROW_HEIGHT } from "./columns";
import classes from "./Sheet.module.css";

export interface Choice {
  value: string;
  title?: string;
  /** A few words beside it, such as a price. */
  note?: string;
}

/** Where the selection goes when a cell is left. */
export type Leave = "down" | "up" | "right" | "left" | "stay";

interface CellEditorProps {
  column: SheetColumn;
  row: number;
  /** What stands in it when it opens: the cell's text, or nothing when typing began it. */
  text: string;
  choices: readonly Choice[];
  onDone(text: string, leave: Leave): void;
  onCancel(): void;
}

type Field = HTMLInputElement | HTMLTextAreaElement;

const MOST_LINES_PX = 260;

/** A cell while it is written in: a text that grows, with choices below where there are some. */
export function CellEditor({ column, row, text, choices, onDone, onCancel }: CellEditorProps) {
  const [written, setWritten] = useState(text);
  const [picked, setPicked] = useState(-1);
  const input = useRef<Field>(null);
  const put = (element: Field | null) => {
    input.current = element;
  };
  const done = useRef(false);
  const list = useId();
  const offered = matching(choices, written, text);

  useLayoutEffect(() => {
    const field = input.current;
    field?.focus({ preventScroll: true });
    field?.setSelectionRange(field.value.length, field.value.length);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is written decides the height.
  useLayoutEffect(() => {
    const field = input.current;
    if (!field) return;
    field.style.height = "auto";
    field.style.height = `${Math.min(Math.max(field.scrollHeight + 4, ROW_HEIGHT), MOST_LINES_PX)}px`;
  }, [written]);

  const finish = (value: string, leave: Leave) => {
    if (done.current) return;
    done.current = true;
    onDone(value, leave);
  };
  const pressed = (event: KeyboardEvent<Field>) => {
    if (event.nativeEvent.isComposing) return;
    const leave = leaveOf(event);
    if (leave) {
      event.preventDefault();
      finish(offered[picked]?.value ?? written, leave);
    } else if (event.key === "Escape") {
      event.preventDefault();
      done.current = true;
      onCancel();
    } else if (offered.length > 0 && event.key in STEPS) {
      event.preventDefault();
      setPicked(stepped(picked, STEPS[event.key] ?? 0, offered.length));
    }
  };

  const field = {
    className: classes.input,
    value: written,
    "aria-label": `${column.title}, row ${row + 1}`,
    onChange: (event: ChangeEvent<Field>) => {
      setWritten(event.target.value);
      setPicked(-1);
    },
    onKeyDown: pressed,
    onBlur: () => finish(written, "stay"),
  };
  return (
    <div
      className={classes.editor}
      style={{
        top: HEAD_HEIGHT + row * ROW_HEIGHT,
        left: column.left,
        width: Math.max(column.width, choices.length ? 240 : 120),
      }}
    >
      {choices.length > 0 ? (
        <input
          {...field}
          ref={put}
          role="combobox"
          aria-expanded={offered.length > 0}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={picked >= 0 ? `${list}-${picked}` : undefined}
        />
      ) : (
        <textarea {...field} ref={put} rows={1} />
      )}
      {offered.length > 0 && (
        <div role="listbox" id={list} aria-label={column.title} className={classes.choices}>
          {offered.map((choice, place) => (
            <div
              key={choice.value}
              id={`${list}-${place}`}
              role="option"
              aria-selected={place === picked}
              className={classes.choice}
              data-picked={place === picked || undefined}
              onPointerDown={(event) => {
                event.preventDefault();
                finish(choice.value, "stay");
              }}
            >
              <span>{choice.title ?? choice.value}</span>
              {choice.note && <small>{choice.note}</small>}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function matching(choices: readonly Choice[], written: string, first: string): readonly Choice[] {
  const wanted = written.trim().toLowerCase();
  if (!wanted || written === first) return choices;
  return choices.filter((choice) => `${choice.value} ${choice.title ?? ""}`.toLowerCase().includes(wanted));
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/** The choice after (or before) the picked one, around the ends; -1 picks none yet. */
function stepped(picked: number, by: number, count: number): number {
  if (picked < 0) return by > 0 ? 0 : count - 1;
  return (picked + by + count) % count;
}

function leaveOf(event: KeyboardEvent): Leave | null {
  if (event.key === "Tab") return event.shiftKey ? "left" : "right";
  if (event.key !== "Enter" || event.altKey || event.ctrlKey || event.metaKey) return null;
  return event.shiftKey ? null : "down";
}
