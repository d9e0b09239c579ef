import { IconBan, IconCircleDashed, IconCircleX } from "@tabler/icons-react";
import { type MouseEvent, memo, useState } from "react";
import type { ItemView } from "@/api/schema";
import { Picture } from "@/design/Picture";
import { TileCell } from "@/grid/TileCell";
import { choosesBy, isThumbnailEnough, type TileActs } from "@/grid/tiles";
import styles from "@/pages/wall/Tile.module.css";
import { reasonOf } from "@/viewer/reasons";

interface TileProps {
  item: ItemView | undefined;
  place: number;
  /** In CSS pixels: whether the thumbnail is enough, and how much words fit. */
  width: number;
  /** The shape of all tiles, width by height. */
  ratio: number;
  isChosen: boolean;
  isPicked: boolean;
  /** It takes the focus when the wall does. */
  isCurrent: boolean;
  /** A click chooses instead of opening. */
  isChoosing: boolean;
  /** It is scrolled past too fast to be seen: an image that is not there yet can wait. */
  isPassing: boolean;
  acts: TileActs;
}

const ROOM_FOR_WORDS = 132;

/** One image of the wall in whatever state it is; what is not known yet has its shape already. */
export const Tile = memo(function Tile(props: TileProps) {
  const { item, place, width, isChosen, isPicked, isCurrent, isChoosing, acts } = props;
  const onClick = (event: MouseEvent) => {
    if (!choosesBy(event, place, isChoosing, acts)) acts.open(place);
  };
  return (
    <TileCell
      place={place}
      className={styles.tile}
      isChosen={isChosen}
      isChoosing={isChoosing}
      canChoose={item !== undefined}
      isPicked={isPicked}
      acts={acts}
      data={{ "data-status": item?.status ?? "unknown", "data-small": width < ROOM_FOR_WORDS || undefined }}
    >
      <button
        type="button"
        className={styles.open}
        tabIndex={isCurrent ? 0 : -1}
        aria-label={labelOf(item, place, isPicked)}
        onClick={onClick}
        onFocus={() => acts.focus(place)}
      >
        {item === undefined ? null : <Inside {...props} item={item} />}
      </button>
    </TileCell>
  );
});

function Inside({ item, width, ratio, isPassing }: TileProps & { item: ItemView }) {
  const { asset } = item;
  const [isSeen, setSeen] = useState(!isPassing);
  const [wasReady] = useState(item.status === "succeeded");
  if (!isSeen && !isPassing) setSeen(true);
  if (!isSeen && item.status === "succeeded") return null;
  if (item.status === "succeeded" && asset !== null)
    return <Finished item={item} asset={asset} width={width} ratio={ratio} fades={!wasReady} />;
  switch (item.status) {
    case "running":
      return (
        <>
          <span className={styles.shimmer} />
          <span className={styles.words}>
            <span className={styles.prompt}>{item.prompt}</span>
          </span>
        </>
      );
    case "failed":
      return (
        <span className={styles.words} data-tone="bad">
          <IconCircleX size={20} stroke={1.7} aria-hidden />
          <strong>{reasonOf(item.error?.kind ?? "unknown")}</strong> <span>{whatToDo(item)}</span>{" "}
          <span className={styles.prompt}>{item.prompt}</span>
        </span>
      );
    case "cancelled":
      return (
        <span className={styles.words}>
          <IconBan size={18} stroke={1.6} aria-hidden />
          <strong>Cancelled</strong>
        </span>
      );
    default:
      return (
        <span className={styles.words}>
          <IconCircleDashed size={18} stroke={1.6} aria-hidden />
          <span className={styles.prompt}>{item.prompt}</span>
        </span>
      );
  }
}

interface FinishedProps {
  item: ItemView;
  asset: NonNullable<ItemView["asset"]>;
  width: number;
  ratio: number;
  /** It was made while one looks. */
  fades: boolean;
}

/** The whole image in its own shape; what is as square and as small as a thumbnail is shown by one. */
function Finished({ item, asset, width, ratio, fades }: FinishedProps) {
  const [across, down] = [asset.width ?? 1, asset.height ?? 1];
  const share = across / down;
  const isThumbnail = isThumbnailEnough({ width: across, height: down }, width);
  const box = share >= ratio ? { width: "100%" } : { width: `${(share / ratio) * 100}%` };
  return (
    <span className={styles.frame} style={box}>
      <Picture
        asset={asset.id}
        {...(isThumbnail && { src: asset.thumbnail_url })}
        size={isThumbnail ? "thumbnail" : "screen"}
        width={across}
        height={down}
        alt={item.prompt}
        fades={fades}
      />
    </span>
  );
}

const WORDS: Record<ItemView["status"], string> = {
  pending: "waiting",
  running: "being made",
  succeeded: "ready",
  failed: "failed",
  cancelled: "cancelled",
};

function labelOf(item: ItemView | undefined, place: number, isPicked: boolean): string {
  if (item === undefined) return `Image ${place + 1}`;
  const told = `Image ${item.index + 1}, ${WORDS[item.status]}${isPicked ? ", picked" : ""}.`;
  // What is read on the tile is part of its name, in the same words: so it can be called by what is seen.
  const why = item.status === "failed" ? `${reasonOf(item.error?.kind ?? "unknown")} ${whatToDo(item)} ` : "";
  return `${told} ${why}${item.prompt}`;
}

function whatToDo(item: ItemView): string {
  return item.error?.hint || item.error?.detail || "";
}
