import { ActionIcon, Button, Group } from "@mantine/core";
import { IconArrowLeft, IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useCallback, useEffect, useMemo } from "react";
import type { ItemView } from "@/api/schema";
import { figure } from "@/design/formats";
import { PageHeader } from "@/design/PageHeader";
import type { Both } from "@/pages/compare/batches/BatchComparison";
import styles from "@/pages/compare/batches/Batches.module.css";
import { hasImage, type IsPicked, type Pair, type Score, SIDES, type Side } from "@/pages/compare/batches/pairs";
import { restOf } from "@/pages/compare/batches/words";
import { Comparison } from "@/pages/compare/Comparison";
import type { CompareMode } from "@/pages/compare/comparisons";
import { ModeChoice } from "@/pages/compare/ModeChoice";
import { Preload } from "@/viewer/Preload";

interface PairViewProps {
  both: Both;
  pair: Pair;
  place: number;
  count: number;
  next: Pair | null;
  previous: Pair | null;
  mode: CompareMode;
  score: Score;
  isPicked: IsPicked;
  onChoose: ((pair: Pair, side: Side) => void) | null;
  onMove: (step: 1 | -1) => void;
  onMode: (mode: CompareMode) => void;
  onClose: () => void;
}

/** One pair as large as the window, in the ways in which images are compared. */
export function PairView(props: PairViewProps) {
  const { both, pair, place, count, next, previous, mode, score, isPicked, onChoose, onMove, onMode, onClose } = props;
  const items = useMemo(() => [pair.a, pair.b].filter((item) => item !== null), [pair.a, pair.b]);
  // It was opened from far below.
  useEffect(() => {
    void scrollTo(0, 0);
  }, []);
  const sideOf = useCallback((item: ItemView): Side => (item === pair.a ? "a" : "b"), [pair.a]);
  return (
    <>
      <PageHeader
        title={`Row ${pair.row + 1}${pair.variant > 1 ? `, variant ${pair.variant}` : ""}`}
        description={
          <span className={styles.standing} data-figures>
            Pair {figure(place + 1)} of {figure(count)} ·{" "}
            <strong>
              A {figure(score.a)} : {figure(score.b)} B
            </strong>{" "}
            · {restOf(score)}
          </span>
        }
      >
        <Button variant="default" leftSection={<IconArrowLeft size={16} aria-hidden />} onClick={onClose}>
          All pairs
        </Button>
        <Group gap={4} wrap="nowrap">
          <ActionIcon
            variant="default"
            size={36}
            aria-label="Previous pair (K)"
            disabled={previous === null}
            onClick={() => onMove(-1)}
          >
            <IconChevronLeft size={18} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            size={36}
            aria-label="Next pair (J)"
            disabled={next === null}
            onClick={() => onMove(1)}
          >
            <IconChevronRight size={18} />
          </ActionIcon>
        </Group>
        {items.length === 2 && <ModeChoice mode={mode} onMode={onMode} />}
      </PageHeader>
      <Comparison
        key={pair.key}
        items={items}
        titleOf={(item) => `${sideOf(item).toUpperCase()} · ${both[sideOf(item)].batch.name}`}
        mode={mode}
        isPicked={isPicked}
        onPick={onChoose && ((item) => onChoose(pair, sideOf(item)))}
        onMode={onMode}
        onWithout={null}
      />
      {SIDES.map((side) => {
        const item = next?.[side] ?? null;
        return hasImage(item) && <Preload key={item.asset.id} asset={item.asset.id} />;
      })}
    </>
  );
}
