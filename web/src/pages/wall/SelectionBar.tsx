import { Button, Tooltip } from "@mantine/core";
import { IconArrowBarToDown, IconArrowBarToUp, IconColumns, IconReload, IconTrophy } from "@tabler/icons-react";
import { offers } from "@/acts/offers";
import { useBatchActs } from "@/acts/useBatchActs";
import { useLineActs } from "@/acts/useLineActs";
import type { BatchView, ItemView } from "@/api/schema";
import { FloatingBar } from "@/design/FloatingBar";
import { count } from "@/design/formats";
import { canCompare, MOST_COMPARED } from "@/pages/wall/selections";
import { useSession } from "@/session/useSession";

const ACT = { size: "xs", variant: "subtle", color: "gray" } as const;

/** The most images that the service moves at once. */
const MOST_MOVED = 1_000;
const ENDS = [
  { where: "first", words: "Make first", done: "They are made first.", icon: IconArrowBarToUp },
  { where: "last", words: "Make last", done: "They are made last.", icon: IconArrowBarToDown },
] as const;

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
  const { can, user, role } = useSession();
  const acts = useBatchActs(batch);
  const line = useLineActs(batch.id);
  const ids = (status: ItemView["status"]) => chosen.filter((item) => item.status === status).map((item) => item.id);
  const [failed, waiting, ready] = [ids("failed"), ids("pending"), ids("succeeded")];
  const canOrder = waiting.length > 0 && can("steer") && offers(batch, { id: user.id, role }).has("order");
  const isMany = waiting.length > MOST_MOVED;
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
      {canOrder &&
        ENDS.map(({ where, words, done, icon: Icon }) => (
          <Tooltip key={where} label={`At most ${count(MOST_MOVED, "image")} at a time`} disabled={!isMany}>
            <Button
              {...ACT}
              leftSection={<Icon size={16} aria-hidden />}
              disabled={isMany}
              onClick={() => line.moveUnseen({ items: waiting, where }, done)}
            >
              {words}
            </Button>
          </Tooltip>
        ))}
    </FloatingBar>
  );
}
