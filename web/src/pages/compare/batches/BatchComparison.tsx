import { Button } from "@mantine/core";
import { IconArrowsLeftRight } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import type { BatchView } from "@/api/schema";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { LinesSkeleton, TilesSkeleton } from "@/design/Skeletons";
import { BackLink } from "@/pages/compare/BackLink";
import { type BatchesView, shownOf } from "@/pages/compare/batches/addresses";
import { PairBar } from "@/pages/compare/batches/PairBar";
import { PairList } from "@/pages/compare/batches/PairList";
import { PairView } from "@/pages/compare/batches/PairView";
import {
  beside,
  choiceOf,
  type Pair,
  pairsOf,
  SIDES,
  type Side,
  scoreOf,
  verdictOf,
} from "@/pages/compare/batches/pairs";
import { Scoreboard } from "@/pages/compare/batches/Scoreboard";
import { Summary } from "@/pages/compare/batches/Summary";
import { type Compared, type Seen, useCompared } from "@/pages/compare/batches/useCompared";
import { usePairKeys } from "@/pages/compare/batches/usePairKeys";
import { type Picking, usePicking } from "@/pages/compare/usePicking";

type Set = (changes: Partial<Record<"a" | "b" | "show" | "pair" | "mode", string | null>>, replace?: boolean) => void;

interface BatchComparisonProps {
  a: string;
  b: string;
  view: BatchesView;
  onSet: Set;
}

const FIRST: Seen = { from: 0, to: 50 };

/** Two batches that were named: what is known of them is read, and kept up with. */
export function BatchComparison({ a, b, view, onSet }: BatchComparisonProps) {
  const [seen, setSeen] = useState<Record<Side, Seen>>({ a: FIRST, b: FIRST });
  const [first, second] = [useCompared(a, seen.a), useCompared(b, seen.b)];
  const picking = usePicking([a, b]);
  const failed = [first, second].find((one) => one.error !== null);
  if (first.batch !== undefined && second.batch !== undefined && !first.isFirst && !second.isFirst) {
    const both = { a: { ...first, batch: first.batch }, b: { ...second, batch: second.batch } };
    return <Compare both={both} view={view} picking={picking} onSet={onSet} onSeen={setSeen} />;
  }
  return (
    <>
      <PageHeader title="Compare batches" description={<BackLink to="/batches">All batches</BackLink>} />
      {failed !== undefined ? (
        <ErrorState error={failed.error} onRetry={failed.retry} />
      ) : (
        <>
          <LinesSkeleton lines={4} />
          <div style={{ height: 24 }} />
          <TilesSkeleton tiles={6} />
        </>
      )}
    </>
  );
}

export type Both = Record<Side, Compared & { batch: BatchView }>;

interface CompareProps {
  both: Both;
  view: BatchesView;
  picking: Picking;
  onSet: Set;
  onSeen: (seen: Record<Side, Seen>) => void;
}

function Compare({ both, view, picking, onSet, onSeen }: CompareProps) {
  const { isPicked, pick } = picking;
  const [firstItems, secondItems] = [both.a.items, both.b.items];
  const pairs = useMemo(() => pairsOf(firstItems, secondItems), [firstItems, secondItems]);
  const shown = shownOf(pairs, view.shown, (pair) => verdictOf(pair, isPicked));
  const score = scoreOf(pairs, isPicked);
  const [current, setCurrent] = useState<string | null>(view.pair);
  const choose = pick && ((pair: Pair, side: Side) => pick(choiceOf(pair, side, isPicked)));
  const opened = pairs.find((pair) => pair.key === view.pair) ?? null;
  const key = opened?.key ?? (shown.some((pair) => pair.key === current) ? current : null);
  const move = (step: 1 | -1) => {
    const next = key === null && current === null ? shown[0] : beside(pairs, shown, opened?.key ?? current, step);
    if (next === null || next === undefined) return;
    setCurrent(next.key);
    if (opened !== null) onSet({ pair: next.key });
  };
  const close = () => onSet({ pair: null });
  usePairKeys({
    pair: opened === null ? (pairs.find((pair) => pair.key === key) ?? shown[0] ?? null) : null,
    onMove: move,
    onChoose: choose,
    onClose: opened === null ? null : close,
  });
  if (opened !== null) {
    return (
      <PairView
        both={both}
        pair={opened}
        place={pairs.indexOf(opened)}
        count={pairs.length}
        next={beside(pairs, shown, opened.key, 1)}
        previous={beside(pairs, shown, opened.key, -1)}
        mode={view.mode}
        score={score}
        isPicked={isPicked}
        onChoose={choose}
        onMove={move}
        onMode={(mode) => onSet({ mode })}
        onClose={close}
      />
    );
  }
  return (
    <>
      <PageHeader title="Compare batches" description={<BackLink to="/batches">All batches</BackLink>}>
        <Button
          variant="default"
          leftSection={<IconArrowsLeftRight size={16} aria-hidden />}
          onClick={() => onSet({ a: both.b.batch.id, b: both.a.batch.id })}
        >
          Swap
        </Button>
      </PageHeader>
      <Scoreboard both={both} score={score} onChange={(side, id) => onSet({ [side]: id })} />
      {SIDES.map(
        (side) =>
          both[side].error !== null && (
            <ErrorState key={side} compact error={both[side].error} onRetry={both[side].retry} />
          ),
      )}
      <Summary both={both} pairs={pairs} isPicked={isPicked} />
      <PairBar score={score} total={pairs.length} shown={view.shown} onShown={(show) => onSet({ show })} />
      <PairList
        key={view.shown}
        both={both}
        pairs={shown}
        current={key}
        isPicked={isPicked}
        onCurrent={setCurrent}
        onChoose={choose}
        onMove={move}
        onOpen={(pair) => {
          setCurrent(pair.key);
          onSet({ pair: pair.key }, false);
        }}
        onSeen={onSeen}
      />
    </>
  );
}
