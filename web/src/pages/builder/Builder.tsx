import { FileButton, TextInput } from "@mantine/core";
import { useHotkeys, useMediaQuery } from "@mantine/hooks";
import { type DragEvent, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Problem } from "@/api/problems";
import { PageHeader } from "@/design/PageHeader";
import { tellProblem } from "@/design/toasts";
import classes from "./Builder.module.css";
import { BuilderDialogs } from "./BuilderDialogs";
import type { Model } from "./checks";
import type { ColumnKey } from "./columns";
import { DraftNotice, DraftStatus } from "./DraftNotice";
import type { Dialog } from "./dialogs";
import type { Draft } from "./drafts/useDraft";
import { setHidden } from "./edits";
import { readFile } from "./files";
import { guess } from "./imports";
import { ProblemList } from "./ProblemList";
import { PhoneRows } from "./phone/PhoneRows";
import { UploadList } from "./references/UploadList";
import { SettingsPanel } from "./SettingsPanel";
import { StartPanel } from "./StartPanel";
import { Sheet } from "./sheet/Sheet";
import { areRows, at, FIRST, rangeOf, type Selection } from "./sheet/selections";
import { type Batch, visibleColumns } from "./sheets";
import { type Limits, useBuilder } from "./useBuilder";

const NARROW = "(max-width: 62em)";
const SHEETS = ".csv,.tsv,.txt,.xlsx";

interface BuilderProps {
  draft: Draft;
  first(): Batch;
  models: readonly Model[];
  limits: Limits;
}

/** The rows of a batch, what holds for all of them, and what they will cost. */
export function Builder({ draft, first, models, limits }: BuilderProps) {
  const navigate = useNavigate();
  const state = useBuilder(first, models, limits, draft, ({ id }) => {
    // A step back leads to where the person came from, not to a draft that is none any more.
    const show = () => navigate(`/batches/${id}`, { replace: true });
    // It has started: a draft that stays behind is no reason to stay here.
    void draft.keeper.remove().then(show, show);
  });
  const { editing, known, problems } = state;
  const { batch, edit } = editing;
  const [selection, setSelection] = useState<Selection>(FIRST);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const isNarrow = useMediaQuery(NARROW);
  const shown = useMemo(
    () => ({ defaults: batch.defaults, models, references: known.byId }),
    [batch.defaults, models, known.byId],
  );
  useAutosave(draft, batch);
  useHotkeys([
    ["mod+Z", editing.undo],
    ["mod+shift+Z", editing.redo],
    ["mod+Y", editing.redo],
  ]);

  const selected = () => {
    const { top, bottom } = rangeOf(selection);
    return new Set(batch.rows.slice(top, bottom + 1).map((row) => row.id));
  };
  const importFile = async (file: File | null) => {
    if (!file) return;
    try {
      const grid = await readFile(file);
      const prompts = batch.rows.map((row) => row.cells.prompt ?? "");
      setDialog({ kind: "import", name: file.name, grid, guess: guess(grid, prompts) });
    } catch (error) {
      tellProblem(fileProblem(error), `${file.name} was not imported`);
    }
  };
  const drop = (data: DataTransfer, place: number | null) => {
    const row = batch.rows[place ?? -1];
    const several = selected();
    // Whole rows that are selected are meant together.
    const rows =
      row && (areRows(selection, visibleColumns(batch).length) && several.has(row.id) ? several : new Set([row.id]));
    const [sheet] = state.takeDropped(data, rows ?? null);
    if (sheet) void importFile(sheet);
  };
  const jump = (row: number, column: ColumnKey) => {
    if (batch.hidden.includes(column)) edit("Show a column", (now) => setHidden(now, column, false));
    const keys = visibleColumns({ ...batch, hidden: batch.hidden.filter((one) => one !== column) });
    setSelection(at(row, Math.max(0, keys.indexOf(column))));
    document.querySelector<HTMLElement>("[role=grid]")?.focus({ preventScroll: true });
  };
  const open = (column: ColumnKey) => {
    if (column === "references") setDialog({ kind: "gallery", rows: selected() });
    else if (column === "expand") setDialog({ kind: "expansion", rows: selected() });
    return column === "references" || column === "expand";
  };
  const settings = (
    <SettingsPanel
      state={state}
      onReferences={() => setDialog({ kind: "gallery", rows: null })}
      onDrop={(data) => drop(data, null)}
    />
  );

  return (
    <div
      className={classes.page}
      data-narrow={isNarrow || undefined}
      onDragOver={(event: DragEvent) => event.preventDefault()}
      onDrop={(event: DragEvent) => {
        event.preventDefault();
        drop(event.dataTransfer, null);
      }}
    >
      <PageHeader title="New batch" wide>
        <DraftStatus draft={draft} />
        <TextInput
          aria-label="Name of the batch"
          placeholder="Untitled batch"
          value={batch.name}
          maxLength={200}
          w={{ base: "100%", sm: 260 }}
          onChange={(event) => {
            const name = event.currentTarget.value;
            edit("Name", (now) => ({ ...now, name }), "name");
          }}
        />
      </PageHeader>
      <DraftNotice draft={draft} />
      <FileButton accept={SHEETS} onChange={(file) => void importFile(file)}>
        {({ onClick }) =>
          isNarrow ? (
            <PhoneRows state={state} settings={settings} onDialog={setDialog} onImport={onClick} />
          ) : (
            <div className={classes.work}>
              <div className={classes.main}>
                <ProblemList problems={problems} rows={batch.rows} onJump={jump} />
                {dialog?.kind !== "gallery" && <UploadList uploads={state.uploads} />}
                <div className={classes.sheet}>
                  <Sheet
                    editing={editing}
                    models={models}
                    shown={shown}
                    wrongs={problems.cells}
                    selection={selection}
                    onSelect={setSelection}
                    byFile={known.byFile}
                    onDrop={drop}
                    onOpen={open}
                    onAddColumn={() => setDialog({ kind: "column" })}
                    onImport={onClick}
                    onGallery={() => setDialog({ kind: "gallery", rows: selected() })}
                  />
                </div>
              </div>
              <aside className={classes.side} aria-label="Settings and cost">
                <div className={classes.settings}>{settings}</div>
                <div className={classes.start}>
                  <StartPanel state={state} />
                </div>
              </aside>
            </div>
          )
        }
      </FileButton>
      <BuilderDialogs state={state} dialog={dialog} onClose={() => setDialog(null)} />
    </div>
  );
}

/** Keeps every change of the batch. */
function useAutosave(draft: Draft, batch: Batch) {
  const kept = useRef(batch);
  const { save } = draft.keeper;
  useEffect(() => {
    if (kept.current === batch) return;
    kept.current = batch;
    save(batch);
  }, [batch, save]);
}

/** What a file's reader says, as a problem; what it does not say stays what it is. */
function fileProblem(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return new Problem({ status: 422, code: "unreadable-file", title: "Unreadable", detail: error.message });
}
