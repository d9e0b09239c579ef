import { Button } from "@mantine/core";
import { IconTrophy } from "@tabler/icons-react";
import type { ItemView } from "@/api/schema";
import { money } from "@/design/formats";
import { Picture } from "@/design/Picture";
import { StatusBadge } from "@/design/StatusBadge";
import type { Both } from "@/pages/compare/batches/BatchComparison";
import styles from "@/pages/compare/batches/Batches.module.css";
import { hasImage, type IsPicked, type Pair, SIDES, type Side, type Verdict } from "@/pages/compare/batches/pairs";
import { SideMark } from "@/pages/compare/batches/SideMark";
import { Marked } from "@/pages/compare/batches/Summary";
import { VERDICT_WORDS } from "@/pages/compare/batches/words";
import { reasonOf } from "@/viewer/reasons";

interface PairRowProps {
  both: Both;
  pair: Pair;
  place: number;
  count: number;
  /** From the top of the list, in CSS pixels. */
  offset: number;
  isCurrent: boolean;
  verdict: Verdict;
  isPicked: IsPicked;
  onCurrent: (key: string) => void;
  onChoose: ((pair: Pair, side: Side) => void) | null;
  onOpen: (pair: Pair) => void;
}

/** The two images of a row beside each other, with what they were asked for. */
export function PairRow(props: PairRowProps) {
  const { both, pair, place, count, offset, isCurrent, verdict, isPicked, onCurrent, onChoose, onOpen } = props;
  return (
    <li
      className={styles.pair}
      data-pair={pair.key}
      data-current={isCurrent || undefined}
      data-verdict={verdict}
      aria-posinset={place + 1}
      aria-setsize={count}
      aria-label={`Row ${pair.row + 1}: ${VERDICT_WORDS[verdict]}`}
      style={{ transform: `translateY(${offset}px)` }}
      onFocus={() => onCurrent(pair.key)}
    >
      <div className={styles.asked}>
        <p className={styles.row}>
          Row {pair.row + 1}
          {pair.variant > 1 && <span> · variant {pair.variant}</span>}
        </p>
        <Prompts pair={pair} />
        <p className={styles.verdict} data-verdict={verdict}>
          {verdict !== "none" && verdict !== "apart" && <IconTrophy size={14} stroke={1.8} aria-hidden />}
          {VERDICT_WORDS[verdict]}
        </p>
      </div>
      {SIDES.map((side) => {
        const item = pair[side];
        return (
          <Half
            key={side}
            side={side}
            item={item}
            row={pair.row}
            name={both[side].batch.name}
            wins={hasImage(item) && isPicked(item)}
            loses={verdict !== side && (verdict === "a" || verdict === "b")}
            onOpen={() => onOpen(pair)}
            onChoose={onChoose && (() => onChoose(pair, side))}
          />
        );
      })}
    </li>
  );
}

interface HalfProps {
  side: Side;
  item: ItemView | null;
  row: number;
  name: string;
  wins: boolean;
  loses: boolean;
  onOpen: () => void;
  onChoose: (() => void) | null;
}

function Half({ side, item, row, name, wins, loses, onOpen, onChoose }: HalfProps) {
  const letter = side.toUpperCase();
  return (
    <div className={styles.half} data-wins={wins || undefined} data-loses={loses || undefined}>
      <button
        type="button"
        className={styles.open}
        disabled={item === null}
        // What has words in it is called by them.
        aria-label={hasImage(item) ? `Look closely at row ${row + 1} of ${letter}, ${name}` : undefined}
        onClick={onOpen}
      >
        <Inside item={item} letter={letter} />
      </button>
      <div className={styles.foot}>
        {onChoose !== null && hasImage(item) ? (
          <Button
            size="compact-sm"
            variant="default"
            className={styles.choose}
            leftSection={<IconTrophy size={14} stroke={1.8} aria-hidden />}
            aria-pressed={wins}
            aria-label={`${letter} wins row ${row + 1}`}
            onClick={onChoose}
          >
            {letter}
          </Button>
        ) : (
          <SideMark side={side} />
        )}
        {item !== null && (
          <span className={styles.facts} data-figures>
            <span>{item.model}</span>
            {item.cost_micros > 0 && <span>{money(item.cost_micros)}</span>}
          </span>
        )}
      </div>
    </div>
  );
}

function Inside({ item, letter }: { item: ItemView | null; letter: string }) {
  if (item === null) return <span className={styles.nothing}>No such row in {letter}</span>;
  if (!hasImage(item)) {
    return (
      <span className={styles.nothing}>
        <StatusBadge status={item.status} />
        {item.status === "failed" && reasonOf(item.error?.kind ?? "unknown")}
        {item.status === "succeeded" && "This image was deleted"}
      </span>
    );
  }
  const { asset } = item;
  const [width, height] = [asset.width ?? 1, asset.height ?? 1];
  return (
    <span className={styles.frame} style={{ aspectRatio: `${width} / ${height}` }}>
      <Picture asset={asset.id} size="screen" width={width} height={height} alt={item.prompt} fit="contain" />
    </span>
  );
}

function Prompts({ pair: { a, b } }: { pair: Pair }) {
  if (a !== null && b !== null && a.prompt !== b.prompt) {
    return (
      <>
        <p className={styles.prompt} data-both>
          <SideMark side="a" /> <Marked text={a.prompt} other={b.prompt} />
        </p>
        <p className={styles.prompt} data-both>
          <SideMark side="b" /> <Marked text={b.prompt} other={a.prompt} />
        </p>
      </>
    );
  }
  return <p className={styles.prompt}>{(a ?? b)?.prompt}</p>;
}
