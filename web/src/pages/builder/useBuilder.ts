import { useDeferredValue, useMemo } from "react";
import type { BatchAccepted, ConfigurationView } from "@/api/schema";
import type { Knowledge, Model } from "./checks";
import type { Draft } from "./drafts/useDraft";
import * as edits from "./edits";
import type { PlacedProblem } from "./pointers";
import { type Problems, problemsOf } from "./problems";
import { imagesOf, readSettings } from "./readings";
import { DRAGGED } from "./references/references";
import { isOpen, isSheet } from "./references/uploads";
import { type Uploads, useUploads } from "./references/useUploads";
import { requestOf } from "./requests";
import { type Batch, filledRows } from "./sheets";
import { type Editing, useEditing } from "./useEditing";
import { type Estimated, useEstimate } from "./useEstimate";
import { type KnownReferences, useKnownReferences } from "./useKnownReferences";
import { type Submitting, useSubmit } from "./useSubmit";

export type Limits = ConfigurationView["limits"];

export interface BuilderState {
  editing: Editing;
  models: readonly Model[];
  known: KnownReferences;
  uploads: Uploads;
  /** How many of the uploads are not there yet. */
  arriving: number;
  problems: Problems;
  estimated: Estimated;
  images: number;
  filled: number;
  submitting: Submitting;
  /** Takes pictures for these rows (for all, where none are named); a name for each stands there until it has arrived. */
  takePictures(files: readonly File[], rows: ReadonlySet<string> | null): void;
  /** Takes what was dragged onto rows: pictures, references of the gallery; gives the sheets among the files. */
  takeDropped(data: DataTransfer, rows: ReadonlySet<string> | null): File[];
}

/** Everything that the builder knows about a batch while it is written. */
export function useBuilder(
  first: () => Batch,
  models: readonly Model[],
  limits: Limits,
  draft: Draft,
  onStarted: (accepted: BatchAccepted) => void,
): BuilderState {
  const editing = useEditing(first);
  const { edit, rewrite } = editing;
  // What is worked out from the rows follows a moment later, so that no key waits for it.
  const batch = useDeferredValue(editing.batch);
  const known = useKnownReferences(batch);
  const uploads = useUploads(limits.upload_bytes, (name, reference) =>
    rewrite((now) => edits.replaceReferences(now, new Map([[edits.fileName(name), reference?.id ?? ""]]))),
  );
  const coming = uploads.all.filter(isOpen).map((upload) => upload.name);
  const arriving = coming.join("\n");
  const knowledge = useMemo<Knowledge>(
    () => ({
      defaults: readSettings(batch.defaults).settings,
      models,
      arriving: new Set(arriving.split("\n")),
    }),
    [batch.defaults, models, arriving],
  );
  const submitting = useSubmit(editing, draft.keeper.keepNow, onStarted);
  const certain = useMemo(() => problemsOf(batch, knowledge, [], limits), [batch, knowledge, limits]);
  const asked = useMemo(() => {
    if (certain.right.length === 0 || certain.others.length > 0) return null;
    return requestOf({ ...batch, name: "", tags: [] }, certain.right);
  }, [batch, certain]);
  const estimated = useEstimate(asked);
  const problems = useMemo(() => {
    const told: PlacedProblem[] = [...estimated.problems, ...submitting.problems];
    return told.length > 0 ? problemsOf(batch, knowledge, told, limits) : certain;
  }, [batch, knowledge, limits, certain, estimated.problems, submitting.problems]);
  const images = useMemo(
    () => batch.rows.reduce((sum, row) => sum + imagesOf(row, knowledge.defaults), 0),
    [batch.rows, knowledge.defaults],
  );

  const takePictures = (files: readonly File[], rows: ReadonlySet<string> | null) => {
    const names = uploads.add(files);
    if (names.length > 0)
      edit("Add references", (now) => edits.changeReferences(now, rows, (old) => [...old, ...names]));
  };
  const takeDropped = (data: DataTransfer, rows: ReadonlySet<string> | null) => {
    const id = data.getData(DRAGGED);
    if (id) edit("Add a reference", (now) => edits.changeReferences(now, rows, (old) => [...old, id]));
    const files = [...data.files];
    const pictures = files.filter((file) => !isSheet(file));
    if (pictures.length > 0) takePictures(pictures, rows);
    return files.filter(isSheet);
  };
  return {
    editing,
    models,
    known,
    uploads,
    arriving: coming.length,
    problems,
    estimated,
    images,
    filled: useMemo(() => filledRows(batch).length, [batch]),
    submitting,
    takePictures,
    takeDropped,
  };
}
