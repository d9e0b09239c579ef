import { ActionIcon, Drawer, Modal, Text } from "@mantine/core";
import { useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { IconChevronLeft, IconChevronRight, IconInfoCircle, IconTrophy, IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { ItemView } from "@/api/schema";
import { StatusBadge } from "@/design/StatusBadge";
import { Act } from "@/viewer/Act";
import { ItemState } from "@/viewer/ItemState";
import { Preload } from "@/viewer/Preload";
import { RecipePanel } from "@/viewer/RecipePanel";
import { Stage } from "@/viewer/Stage";
import { useViewerKeys } from "@/viewer/useViewerKeys";
import styles from "@/viewer/Viewer.module.css";
import { ZoomActs } from "@/viewer/ZoomActs";
import { KEY_STEP, type Look, scaled, WHOLE } from "@/viewer/zooms";

interface ViewerProps {
  item: ItemView;
  /** Where it stands in what is looked through; the place counts from 0. */
  place: number;
  count: number;
  /** The images before and behind it, which are loaded ahead. */
  neighbours: readonly (ItemView | undefined)[];
  picked: boolean;
  may: { steer: boolean; make: boolean; pick: boolean };
  onMove: (step: 1 | -1) => void;
  onClose: () => void;
  onPick: () => void;
}

/** One image on the whole screen: zoomed by keys, wheel and pinch, with its recipe beside it. */
export function Viewer({ item, place, count, neighbours, picked, may, onMove, onClose, onPick }: ViewerProps) {
  const isPhone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const [isKept, keepOpen] = useLocalStorage({
    key: "fanfold:viewer.info",
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  const [isSheet, setSheet] = useState(false);
  const [view, setView] = useState<{ of: string; look: Look }>({ of: item.id, look: WHOLE });
  const look = view.of === item.id ? view.look : WHOLE;
  const setLook = (next: Look) => setView({ of: item.id, look: next });
  const zoomBy = (factor: number) => setLook(scaled(look, factor));
  const toggleInfo = () => (isPhone ? setSheet(!isSheet) : keepOpen(!isKept));
  const canPick = may.pick && item.status === "succeeded";
  const step = (by: 1 | -1) => {
    if (place + by >= 0 && place + by < count) onMove(by);
  };
  const onKeyDown = useViewerKeys({
    next: () => step(1),
    previous: () => step(-1),
    closer: () => zoomBy(KEY_STEP),
    farther: () => zoomBy(1 / KEY_STEP),
    whole: () => setLook(WHOLE),
    info: toggleInfo,
    pick: () => canPick && onPick(),
  });
  const state = <ItemState key={item.id} item={item} canSteer={may.steer} />;
  const recipe = <RecipePanel item={item} canMake={may.make} />;

  return (
    <Modal
      opened
      fullScreen
      withCloseButton={false}
      onClose={onClose}
      padding={0}
      radius={0}
      transitionProps={{ transition: "fade", duration: 120 }}
      classNames={{ body: styles.body, content: styles.content }}
      attributes={{ content: { "aria-label": `Image ${item.index + 1}` } }}
      onKeyDown={onKeyDown}
    >
      <div className={styles.bar}>
        <Act label="Close (Esc)" onClick={onClose}>
          <IconX size={20} />
        </Act>
        <Text size="sm" fw={600} data-figures className={styles.place} aria-live="polite">
          {place + 1} <span>of {count.toLocaleString()}</span>
        </Text>
        {item.status !== "succeeded" && <StatusBadge status={item.status} />}
        <span className={styles.filler} />
        {item.status === "succeeded" && <ZoomActs look={look} onLook={setLook} />}
        {canPick && (
          <Act
            label={picked ? "Picked as a winner: take it back (P)" : "Pick as a winner (P)"}
            onClick={onPick}
            pressed={picked}
          >
            <IconTrophy size={20} />
          </Act>
        )}
        <Act label="Recipe (I)" onClick={toggleInfo} pressed={isPhone ? isSheet : isKept}>
          <IconInfoCircle size={20} />
        </Act>
      </div>
      <div className={styles.main}>
        <div className={styles.stage}>
          <Stage item={item} look={look} onLook={setLook} onSwipe={step} />
          {isPhone && <div className={styles.below}>{state}</div>}
          <ActionIcon
            className={styles.previous}
            size={44}
            radius="xl"
            variant="default"
            aria-label="Previous image (←)"
            disabled={place === 0}
            onClick={() => step(-1)}
          >
            <IconChevronLeft size={22} />
          </ActionIcon>
          <ActionIcon
            className={styles.next}
            size={44}
            radius="xl"
            variant="default"
            aria-label="Next image (→)"
            disabled={place >= count - 1}
            onClick={() => step(1)}
          >
            <IconChevronRight size={22} />
          </ActionIcon>
        </div>
        {!isPhone && isKept && (
          <aside className={styles.panel} aria-label="Recipe" tabIndex={0}>
            {state}
            {recipe}
          </aside>
        )}
      </div>
      {isPhone && (
        <Drawer
          opened={isSheet}
          onClose={() => setSheet(false)}
          position="bottom"
          size="78%"
          title="Recipe"
          radius="lg"
        >
          {recipe}
        </Drawer>
      )}
      {neighbours.map((one) => one?.asset && <Preload key={one.asset.id} asset={one.asset.id} />)}
    </Modal>
  );
}
