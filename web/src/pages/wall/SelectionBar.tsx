import { Button, Tooltip } from "@mantine/core";
import { IconArrowBarToUp, IconColumns, IconReload, IconTrophy } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useBatchActs } from "@/acts/useBatchActs";
import { moveToFront } from "@/api/items";
import type { BatchView, ItemView } from "@/api/schema";
import { FloatingBar } from "@/design/FloatingBar";
import { count } from "@/design/formats";
import { tell, tellProblem } from "@/design/toasts";
import { canCompare, MOST_COMPARED } from "@/pages/wall/selections";
import { useSession } from "@/session/useSession";

const ACT = { size: "xs", variant: "subtle", color: "gray" } as const;

interface SelectionBarProps {
  batch: BatchView;
  chosen: readonly ItemView[];
  isChoosing: boolean;
  allPicked: boolean;
  onCompare: () => void;
  onPick: () => void;
  onClear: () => void;
}

/** What can be done with the chosen images; it floats above the wall while there are any. */
export function SelectionBar({ batch, chosen, isChoosing, allPicked, onCompare, onPick, onClear }: SelectionBarProps) {
  const { can } = useSession();
  const acts = useBatchActs(batch);
  const ids = (status: ItemView["status"]) => chosen.filter((item) => item.status === status).map((item) => item.id);
  const [failed, waiting, ready] = [ids("failed"), ids("pending"), ids("succeeded")];
  const front = useMutation({
    mutationFn: () => moveToFront(batch.id, waiting),
    onSuccess: ({ moved }) =>
      tell(moved === 0 ? "They are on their way already." : `${count(moved, "image")} made next.`),
    onError: (error) => tellProblem(error, "They kept their places"),
  });
  return (
    <FloatingBar
      isShown={chosen.length > 0 || isChoosing}
      label="Chosen images"
      told={chosen.length === 0 ? "Tap images to choose them" : `${chosen.length} chosen`}
      onClear={onClear}
    >
      {ready.length > 1 && (
        <Tooltip label={canCompare(chosen.length) ? "Side by side (V)" : `Two to ${MOST_COMPARED} can be compared`}>
          <Button
            size="xs"
            variant="light"
            leftSection={<IconColumns size={16} aria-hidden />}
            disabled={!canCompare(chosen.length)}
            onClick={onCompare}
          >
            Compare
          </Button>
        </Tooltip>
      )}
      {ready.length > 0 && can("pick") && (
        <Button {...ACT} leftSection={<IconTrophy size={16} aria-hidden />} onClick={onPick}>
          {allPicked ? "Unpick" : "Pick"}
        </Button>
      )}
      {failed.length > 0 && can("steer") && (
        <Button
          {...ACT}
          leftSection={<IconReload size={16} aria-hidden />}
          loading={acts.isBusy}
          onClick={() => acts.retry({ items: failed })}
        >
          Try {failed.length === 1 ? "it" : `${failed.length}`} again
        </Button>
      )}
      {waiting.length > 0 && can("steer") && (
        <Button
          {...ACT}
          leftSection={<IconArrowBarToUp size={16} aria-hidden />}
          loading={front.isPending}
          onClick={() => front.mutate()}
        >
          Make next
        </Button>
      )}
    </FloatingBar>
  );
}
