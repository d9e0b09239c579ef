import { IconStarFilled } from "@tabler/icons-react";
import { type MouseEvent, memo } from "react";
import { Link } from "react-router";
import type { AssetView } from "@/api/schema";
import { Picture } from "@/design/Picture";
import { TileCell } from "@/grid/TileCell";
import { choosesBy, isThumbnailEnough, type TileActs } from "@/grid/tiles";
import { ratingWord } from "@/pages/library/ratings";
import styles from "@/pages/library/Tile.module.css";

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

/** One image, whole, with what people decided about it. */
export const Tile = memo(function Tile(props: TileProps) {
  const { asset, place, path, left, width, height, isChosen, isCurrent, isChoosing, acts } = props;
  const onClick = (event: MouseEvent) => {
    if (choosesBy(event, place, isChoosing, acts)) event.preventDefault();
  };
  const isThumbnail = isThumbnailEnough(asset, width);
  return (
    <TileCell
      place={place}
      className={styles.tile}
      style={{ left, width, height }}
      isChosen={isChosen}
      isChoosing={isChoosing}
      isPicked={asset.picked}
      marks={<Rating rating={asset.rating} />}
      acts={acts}
      data={{ "data-asset": asset.id }}
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
    </TileCell>
  );
});

function Rating({ rating }: Pick<AssetView, "rating">) {
  if (rating === null) return null;
  return (
    <span className={styles.rating} title={`Rated ${ratingWord(rating).toLowerCase()}`}>
      <IconStarFilled size={11} />
      {rating}
    </span>
  );
}

function labelOf({ prompt, picked, rating }: AssetView): string {
  const rated = rating === null ? "" : ` Rated ${ratingWord(rating).toLowerCase()}.`;
  return `${prompt}${/[.!?]$/.test(prompt) ? "" : "."}${picked ? " Picked." : ""}${rated}`;
}
