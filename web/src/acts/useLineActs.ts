import { useQueryClient } from "@tanstack/react-query";
import { type Line, leftWords, type Move, movedIn } from "@/acts/lines";
import { type Of, useWish } from "@/acts/wishes";
import { itemsKey } from "@/api/items";
import { lineKey, type Moved, moveItems } from "@/api/lines";
import { tell } from "@/design/toasts";

export const ofLine = (batch: string): Of => ["line", batch];

/** Moves what waits of a batch; it shows at once wherever the line does, and what kept its place is said. */
export function useLineActs(batch: string) {
  const queries = useQueryClient();
  const move = useWish<Line, Move, Moved>({
    of: ofLine(batch),
    act: ({ items, where }) => moveItems(batch, items, where),
    show: movedIn,
    isMet: (line, answer) => line.askedAt >= answer.answeredAt,
    failed: "The order was not changed",
    onAnswer: (answer) => {
      const kept = leftWords(answer);
      if (kept !== "") tell(kept);
    },
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: lineKey(batch) });
      void queries.invalidateQueries({ queryKey: [...itemsKey(batch), "one"] });
    },
  });
  return {
    move: (wanted: Move) => move.mutate(wanted),
    /** The same where the line is not seen: what came of it is said. */
    moveUnseen: (wanted: Move, done: string) =>
      move.mutate(wanted, {
        onSuccess: ({ moved }) => {
          if (moved > 0) tell(done);
        },
      }),
  };
}
