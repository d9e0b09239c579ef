import { useCallback, useMemo, useReducer } from "react";
import { act, begin, type History, redo, rewrite, undo } from "./histories";
import type { Batch } from "./sheets";

type Change = (batch: Batch) => Batch;
type Action =
  | { kind: "edit"; name: string; change: Change; burst?: string | undefined }
  | { kind: "undo" }
  | { kind: "redo" }
  | { kind: "rewrite"; change: Change };

function reduce(history: History<Batch>, action: Action): History<Batch> {
  if (action.kind === "undo") return undo(history);
  if (action.kind === "redo") return redo(history);
  if (action.kind === "rewrite") return rewrite(history, action.change);
  return act(history, action.name, action.change(history.present), action.burst);
}

/** A batch that is being edited, and the one way to change it. */
export interface Editing {
  batch: Batch;
  /** Does an act by name; acts of one `burst` in a row are taken back at once. */
  edit(name: string, change: Change, burst?: string): void;
  undo(): void;
  redo(): void;
  /** Changes the batch and all that undo and redo lead to: for what is no act of a person. */
  rewrite(change: Change): void;
  /** The act that undo would take back; null when there is none. */
  undoes: string | null;
  redoes: string | null;
}

export function useEditing(first: () => Batch): Editing {
  const [history, dispatch] = useReducer(reduce, null, () => begin(first()));
  const edit = useCallback(
    (name: string, change: Change, burst?: string) => dispatch({ kind: "edit", name, change, burst }),
    [],
  );
  const acts = useMemo(
    () => ({
      edit,
      undo: () => dispatch({ kind: "undo" }),
      redo: () => dispatch({ kind: "redo" }),
      rewrite: (change: Change) => dispatch({ kind: "rewrite", change }),
    }),
    [edit],
  );
  return {
    ...acts,
    batch: history.present,
    undoes: history.past.at(-1)?.act ?? null,
    redoes: history.future[0]?.act ?? null,
  };
}
