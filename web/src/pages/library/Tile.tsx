import { IconCheck, IconStarFilled, IconTrophy } from "@tabler/icons-react";
import { type MouseEvent, memo } from "react";
import { Link } from "react-router";
import type { AssetView } from "@/api/schema";
import { Picture } from "@/design/Picture";
import { ratingWord } from "@/pages/library/ratings";
import styles from "@/pages/library/Tile.module.css";

export interface TileActs {
  open: (place: number) => void;
  choose: (place: number, how: "toggle" | "range") => void;
  focus: (place: number) => void;
}

interface TileProps {
  asset: AssetView;
  place: number;
  /** Where the image's own page is. */
  path: string;
  left: number;
  width: number;
  height: number;
  isChosen: boolean;
  /** It takes the focus when the wall does. */
  isCurrent: boolean;
  /** A click chooses instead of opening. */
  isChoosing: boolean;
  acts: TileActs;
}

const THUMBNAIL_EDGE = 300;
const SQUARE = 0.02;

/** One image, whole, with what people decided about it. */
export const Tile = memo(function Tile(props: TileProps) {
  const { asset, place, path, left, width, height, isChosen, isCurrent, isChoosing, acts } = props;
  const onClick = (event: MouseEvent) => {
    if (event.shiftKey) acts.choose(place, "range");
    else if (event.ctrlKey || event.metaKey || isChoosing) acts.choose(place, "toggle");
    else return;
    event.preventDefault();
  };
  const isSquare = Math.abs(asset.width / asset.height - 1) < SQUARE;
  const isThumbnail = isSquare && width * Math.min(globalThis.devicePixelRatio || 1, 1.5) <= THUMBNAIL_EDGE;
  return (
    <div
      className={styles.tile}
      role="gridcell"
      aria-selected={isChosen}
      data-place={place}
      data-asset={asset.id}
      data-choosing={isChoosing || undefined}
      style={{ left, width, height }}
    >
      <Link
        to={path}
        className={styles.open}
        tabIndex={isCurrent ? 0 : -1}
        aria-label={labelOf(asset)}
        onClick={onClick}
        onFocus={() => acts.focus(place)}
        draggable={false}
      >
        <Picture
          asset={asset.id}
          {...(isThumbnail && { src: asset.thumbnail_url })}
          size={isThumbnail ? "thumbnail" : "screen"}
          width={asset.width}
          height={asset.height}
          alt=""
          fades={false}
        />
        <span className={styles.caption} aria-hidden>
          <span>{asset.prompt}</span>
        </span>
      </Link>
      <button
        type="button"
        className={styles.choose}
        tabIndex={-1}
        aria-label={isChosen ? `Leave image ${place + 1} out` : `Choose image ${place + 1}`}
        aria-pressed={isChosen}
        onClick={(event) => acts.choose(place, event.shiftKey ? "range" : "toggle")}
      >
        <IconCheck size={14} stroke={3} aria-hidden />
      </button>
      <Marks asset={asset} />
    </div>
  );
});

function Marks({ asset }: { asset: AssetView }) {
  if (!asset.picked && asset.rating === null) return null;
  return (
    <span className={styles.marks} aria-hidden>
      {asset.rating !== null && (
        <span className={styles.rating} title={`Rated ${ratingWord(asset.rating).toLowerCase()}`}>
          <IconStarFilled size={11} />
          {asset.rating}
        </span>
      )}
      {asset.picked && (
        <span className={styles.picked} title="Picked as a winner">
          <IconTrophy size={14} stroke={2} />
        </span>
      )}
    </span>
  );
}

function labelOf({ prompt, picked, rating }: AssetView): string {
  const rated = rating === null ? "" : ` Rated ${ratingWord(rating).toLowerCase()}.`;
  return `${prompt}${/[.!?]$/.test(prompt) ? "" : "."}${picked ? " Picked." : ""}${rated}`;
}
