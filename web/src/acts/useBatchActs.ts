import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useNavigate } from "react-router";
import { cancelled, isAnswered, ofBatch, paused, promoted, resumed, updated } from "@/acts/batchWishes";
import { useWish } from "@/acts/wishes";
import {
  BATCHES,
  cancelBatch,
  deleteBatch,
  duplicateBatch,
  pauseBatch,
  promoteBatch,
  type Retry,
  readRows,
  resumeBatch,
  retryBatch,
  updateBatch,
} from "@/api/batches";
import { newIdempotencyKey } from "@/api/client";
import type { BatchUpdate, BatchView, Priority } from "@/api/schema";
import { confirm } from "@/design/confirm";
import { count } from "@/design/formats";
import { tell, tellProblem } from "@/design/toasts";
import { type HandedRow, openBuilderWith } from "@/pages/builder/handover";

/** What can be done with one batch; every act says what went wrong, and lists are read again after it.
 *
 * Those that only steer it show at once, wherever the batch does.
 */
export function useBatchActs(batch: BatchView) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  // The same key until it has happened: who asks again after a lost answer gets the batch that was made.
  const once = useRef(newIdempotencyKey());
  const renew = () => queries.invalidateQueries({ queryKey: BATCHES });
  const useAct = <V, T>(act: (said: V) => Promise<T>, failed: string) =>
    useMutation({ mutationFn: act, onError: (error) => tellProblem(error, failed), onSettled: renew });

  const useSteering = <V>(
    act: (said: V) => Promise<BatchView>,
    show: (batch: BatchView, said: V) => BatchView,
    failed: string,
  ) => useWish({ of: ofBatch(batch.id), act, show, isMet: isAnswered, failed, onSettled: renew });

  const pause = useSteering<void>(() => pauseBatch(batch.id), paused, "The batch was not paused");
  const resume = useSteering<void>(() => resumeBatch(batch.id), resumed, "The batch was not resumed");
  const cancel = useSteering<void>(() => cancelBatch(batch.id), cancelled, "The batch was not cancelled");
  const promote = useSteering<Priority>(
    (lane) => promoteBatch(batch.id, lane),
    promoted,
    "The priority was not changed",
  );
  const update = useSteering<Partial<BatchUpdate>>(
    (said) => updateBatch(batch.id, said),
    updated,
    "Nothing was changed",
  );
  const retry = useAct<Retry, BatchView>((said) => retryBatch(batch.id, said), "Nothing was tried again");
  const remove = useAct<void, unknown>(() => deleteBatch(batch.id), "The batch was not deleted");
  const duplicate = useAct<string, { id: string }>((key) => duplicateBatch(batch.id, key), "Nothing was submitted");

  const copy = useMutation({
    mutationFn: () => readRows(batch.id),
    onSuccess: ({ rows }) => void navigate(openBuilderWith(rows as unknown as HandedRow[], batch.name)),
    onError: (error) => tellProblem(error, "Its rows could not be read"),
  });

  return {
    isBusy: [retry, remove, duplicate, copy].some((act) => act.isPending),
    pause: () => pause.mutate(),
    resume: () => resume.mutate(),
    /** Its rows in the builder, to be changed before they are a batch of their own. */
    copy: () => copy.mutate(),
    promote: (lane: Priority) => promote.mutate(lane),
    retry: (said: Retry = {}) => retry.mutate(said, { onSuccess: () => tell("Failed images are tried again.") }),
    archive: () =>
      update.mutate(
        { archived: !batch.archived },
        {
          onSuccess: () =>
            tell(batch.archived ? "Taken back from the archive." : "Archived.", () =>
              update.mutate({ archived: batch.archived }),
            ),
        },
      ),
    update: (said: Partial<BatchUpdate>) => update.mutateAsync(said),
    cancel: async () => {
      const left = batch.progress.pending;
      const isWanted = await confirm({
        title: "Cancel this batch?",
        body: `${count(left, "image")} that ${left === 1 ? "waits" : "wait"} will not be made. What is being made is finished, and everything that is ready is kept. This cannot be taken back.`,
        verb: "Cancel the batch",
        keep: "Keep it going",
        danger: true,
      });
      if (isWanted) cancel.mutate();
    },
    remove: async () => {
      const isWanted = await confirm({
        title: `Delete “${batch.name}”?`,
        body: "The batch disappears from the lists. Its images stay in the library.",
        verb: "Delete the batch",
        danger: true,
      });
      if (!isWanted) return;
      remove.mutate(undefined, {
        onSuccess: () => {
          tell("The batch was deleted.");
          void navigate("/batches");
        },
      });
    },
    duplicate: async () => {
      const isWanted = await confirm({
        title: `Submit “${batch.name}” once more?`,
        body: `The same ${count(batch.rows, "row")} become a new batch of ${count(batch.progress.total, "image")}, which starts at once.`,
        verb: "Submit it again",
      });
      if (!isWanted) return;
      duplicate.mutate(once.current, {
        onSuccess: ({ id }) => {
          once.current = newIdempotencyKey();
          void navigate(`/batches/${id}`);
        },
      });
    },
  };
}
