import { Button, Menu, Popover } from "@mantine/core";
import { IconColumns, IconDownload, IconStar, IconTag, IconTrash, IconTrophy, IconWand } from "@tabler/icons-react";
import { useNavigate } from "react-router";
import type { AssetView } from "@/api/schema";
import { confirm } from "@/design/confirm";
import { FloatingBar } from "@/design/FloatingBar";
import { count, figure } from "@/design/formats";
import { openBuilderWith } from "@/pages/builder/handover";
import { compareImagesAddress } from "@/pages/compare/comparisons";
import { useChanges } from "@/pages/library/changes";
import { TagForm } from "@/pages/library/chosen/TagForm";
import { useDownload } from "@/pages/library/downloads/useDownload";
import { RATING_WORDS } from "@/pages/library/ratings";
import { rowOf } from "@/pages/library/rows";
import { MOST_CHOSEN } from "@/pages/library/selections";
import { canCompare } from "@/pages/wall/selections";
import { useSession } from "@/session/useSession";

interface SelectionBarProps {
  /** The chosen images, in their order. */
  assets: readonly AssetView[];
  /** So many images that match are known; all of them are where it `isWhole`. */
  known: number;
  isWhole: boolean;
  /** The rest is being read, to be chosen. */
  isReading: boolean;
  isChoosing: boolean;
  onAll: () => void;
  onClear: () => void;
}

const ACT = { size: "xs", variant: "subtle", color: "gray" } as const;

/** What can be done with the chosen images; it floats above the wall while there are any. */
export function SelectionBar({ assets, known, isWhole, isReading, isChoosing, onAll, onClear }: SelectionBarProps) {
  const { can } = useSession();
  const navigate = useNavigate();
  const { change, isBusy } = useChanges();
  const download = useDownload();
  const isAny = assets.length > 0;
  const areAllPicked = isAny && assets.every((asset) => asset.picked);
  const remove = async () => {
    const wanted = await confirm({
      title: `Delete ${count(assets.length, "image")}?`,
      body: "Nobody sees them any more, here and in their batches. They are kept for 30 days, then they are gone.",
      verb: `Delete ${count(assets.length, "image")}`,
      danger: true,
    });
    if (wanted) change({ assets, change: { kind: "delete" } });
  };
  return (
    <FloatingBar
      isShown={isAny || isChoosing || isReading}
      label="Chosen images"
      told={toldOf({ chosen: assets.length, known, isWhole, isReading })}
      onClear={onClear}
    >
      {(assets.length < known || !isWhole) && (
        <Button {...ACT} loading={isReading} onClick={onAll}>
          {isWhole ? `All ${figure(known)}` : known < MOST_CHOSEN ? "All that match" : `First ${figure(MOST_CHOSEN)}`}
        </Button>
      )}
      {canCompare(assets.length) && (
        <Button
          {...ACT}
          leftSection={<IconColumns size={16} aria-hidden />}
          onClick={() => void navigate(compareImagesAddress(assets.map((asset) => asset.id)))}
        >
          Compare
        </Button>
      )}
      {isAny && can("tag") && (
        <Popover position="top" shadow="md" trapFocus returnFocus width={300}>
          <Popover.Target>
            <Button {...ACT} leftSection={<IconTag size={16} aria-hidden />}>
              Tag
            </Button>
          </Popover.Target>
          <Popover.Dropdown aria-label="Tags of the chosen images">
            <TagForm assets={assets} onChange={(tags) => change({ assets, change: tags, isTold: true })} />
          </Popover.Dropdown>
        </Popover>
      )}
      {isAny && can("rate") && <RateMenu onRate={(rating) => change({ assets, change: { kind: "rate", rating } })} />}
      {isAny && can("pick") && (
        <Button
          {...ACT}
          leftSection={<IconTrophy size={16} aria-hidden />}
          onClick={() => change({ assets, change: { kind: "pick", picked: !areAllPicked }, isTold: true })}
        >
          {areAllPicked ? "Unpick" : "Pick"}
        </Button>
      )}
      {isAny && (
        <Button {...ACT} leftSection={<IconDownload size={16} aria-hidden />} onClick={() => void download(assets)}>
          Download
        </Button>
      )}
      {isAny && can("make") && (
        <Button
          {...ACT}
          leftSection={<IconWand size={16} aria-hidden />}
          onClick={() => void navigate(openBuilderWith(assets.map(rowOf)))}
        >
          New batch
        </Button>
      )}
      {isAny && can("delete") && (
        <Button
          {...ACT}
          color="red"
          loading={isBusy}
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => void remove()}
        >
          Delete
        </Button>
      )}
    </FloatingBar>
  );
}

interface Known {
  chosen: number;
  known: number;
  isWhole: boolean;
  isReading: boolean;
}

function toldOf({ chosen, known, isWhole, isReading }: Known): string {
  if (isReading) return `Looking for all, ${figure(known)} so far`;
  if (chosen >= MOST_CHOSEN && !isWhole) return `${figure(chosen)} chosen, and more match`;
  return chosen > 0 ? `${figure(chosen)} chosen` : "Tap images to choose them";
}

function RateMenu({ onRate }: { onRate: (rating: number | null) => void }) {
  return (
    <Menu position="top">
      <Menu.Target>
        <Button {...ACT} leftSection={<IconStar size={16} aria-hidden />}>
          Rate
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {RATING_WORDS.map(({ rating, word }) => (
          <Menu.Item key={rating} onClick={() => onRate(rating)}>
            {rating} · {word}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => onRate(null)}>Take the rating back</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
