import { Title } from "@mantine/core";
import { IconArrowLeft, IconChevronLeft, IconChevronRight, IconTrophy } from "@tabler/icons-react";
import { useMemo, useRef, useState } from "react";
import { useBatchName } from "@/api/batchNames";
import type { AssetView } from "@/api/schema";
import { Picture } from "@/design/Picture";
import { type Shortcut, useShortcuts } from "@/layout/shortcuts";
import { useChanges } from "@/pages/library/changes";
import styles from "@/pages/library/detail/Asset.module.css";
import type { Neighbours } from "@/pages/library/detail/neighbours";
import { useSession } from "@/session/useSession";
import { Act } from "@/viewer/Act";
import { Preload } from "@/viewer/Preload";
import { ZoomActs } from "@/viewer/ZoomActs";
import { ZoomPane } from "@/viewer/ZoomPane";
import { KEY_STEP, type Look, scaled, WHOLE } from "@/viewer/zooms";

interface AssetStageProps {
  asset: AssetView;
  neighbours: Neighbours;
  onShow: (asset: string | null) => void;
  onLeave: () => void;
}

/** The image itself, to be zoomed, with the way to the next one and back. */
export function AssetStage({ asset, neighbours, onShow, onLeave }: AssetStageProps) {
  const { can } = useSession();
  const { change } = useChanges();
  const batch = useBatchName(asset.batch);
  const [kept, setKept] = useState<{ of: string; look: Look }>({ of: asset.id, look: WHOLE });
  const look = kept.of === asset.id ? kept.look : WHOLE;
  const setLook = (next: Look) => setKept({ of: asset.id, look: next });
  const pick = () => change({ assets: [asset], change: { kind: "pick", picked: !asset.picked } });
  useStageKeys({
    next: () => onShow(neighbours.next),
    previous: () => onShow(neighbours.previous),
    closer: () => setLook(scaled(look, KEY_STEP)),
    farther: () => setLook(scaled(look, 1 / KEY_STEP)),
    whole: () => setLook(WHOLE),
    pick: () => can("pick") && pick(),
    leave: onLeave,
  });
  const beside = [neighbours.next, neighbours.previous].filter((id) => id !== null);
  return (
    <div className={styles.main}>
      <header className={styles.bar}>
        <Act label="Back to the library (Esc)" onClick={onLeave}>
          <IconArrowLeft size={20} />
        </Act>
        <Title order={1} size="h4" className={styles.title} tabIndex={-1} data-page-heading>
          {batch ?? "Image"} <span>row {asset.row + 1}</span>
        </Title>
        <ZoomActs look={look} onLook={setLook} />
        {can("pick") && (
          <Act
            label={asset.picked ? "Picked as a winner: take it back (P)" : "Pick as a winner (P)"}
            onClick={pick}
            pressed={asset.picked}
          >
            <IconTrophy size={20} />
          </Act>
        )}
        <Act
          label="Previous image (←)"
          onClick={() => onShow(neighbours.previous)}
          disabled={neighbours.previous === null}
        >
          <IconChevronLeft size={20} />
        </Act>
        <Act label="Next image (→)" onClick={() => onShow(neighbours.next)} disabled={neighbours.next === null}>
          <IconChevronRight size={20} />
        </Act>
      </header>
      <div className={styles.stage}>
        <ZoomPane
          image={asset}
          look={look}
          onLook={setLook}
          onSwipe={(step) => onShow(step === 1 ? neighbours.next : neighbours.previous)}
        >
          <Picture
            asset={asset.id}
            size="screen"
            alt={asset.prompt}
            width={asset.width}
            height={asset.height}
            fit="contain"
            eager
          />
        </ZoomPane>
      </div>
      {beside.map((id) => (
        <Preload key={id} asset={id} />
      ))}
    </div>
  );
}

interface Acts {
  next: () => void;
  previous: () => void;
  closer: () => void;
  farther: () => void;
  whole: () => void;
  pick: () => void;
  leave: () => void;
}

const KEYS: [keys: string, act: keyof Acts, words: string][] = [
  ["arrowright", "next", "Next image"],
  ["arrowleft", "previous", "Previous image"],
  ["+", "closer", "Zoom in"],
  ["-", "farther", "Zoom out"],
  ["0", "whole", "Show the whole image"],
  ["p", "pick", "Pick as a winner, or take that back"],
  ["escape", "leave", "Back to the library"],
];

function useStageKeys(acts: Acts) {
  const latest = useRef(acts);
  latest.current = acts;
  const shortcuts = useMemo<Shortcut[]>(
    () => KEYS.map(([keys, act, words]) => ({ keys, words, act: () => latest.current[act]() })),
    [],
  );
  useShortcuts(shortcuts);
}
