import { Button, Loader } from "@mantine/core";
import { IconPhoto, IconPhotoSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import type { AssetView } from "@/api/schema";
import { EmptyState } from "@/design/EmptyState";
import { ErrorState } from "@/design/ErrorState";
import { EVERYTHING, filtersOf, isNarrowed, type LibraryView, pathOf } from "@/pages/library/addresses";
import { SelectionBar } from "@/pages/library/chosen/SelectionBar";
import styles from "@/pages/library/Gallery.module.css";
import { GallerySkeleton } from "@/pages/library/GallerySkeleton";
import { PictureWall } from "@/pages/library/PictureWall";
import { chosen, chosenAfter, MOST_CHOSEN, NOTHING } from "@/pages/library/selections";
import { useFilled } from "@/pages/library/useFilled";
import { useGalleryKeys } from "@/pages/library/useGalleryKeys";
import { useSession } from "@/session/useSession";

interface GalleryProps {
  view: LibraryView;
  rowHeight: number;
  isChoosing: boolean;
  onView: (view: LibraryView) => void;
  onChoosing: (wanted: boolean) => void;
  onCount: (count: { known: number; isAll: boolean } | null) => void;
}

/** So many images are known below what is seen. */
const AHEAD = 48;

/** The images of one view, with what is chosen of them. */
export function Gallery({ view, rowHeight, isChoosing, onView, onChoosing, onCount }: GalleryProps) {
  const { can } = useSession();
  const navigate = useNavigate();
  const [lastSeen, setLastSeen] = useState(0);
  const filters = useMemo(() => filtersOf(view), [view]);
  const [isWanted, setWanted] = useState(false);
  const { assets, hasMore, isFirst, error, retry } = useFilled(filters, isWanted ? MOST_CHOSEN : lastSeen + 1 + AHEAD);
  const [selection, step] = useReducer(chosenAfter, NOTHING);
  const [current, setCurrent] = useState(0);
  const ids = useMemo(() => assets.map((asset) => asset.id), [assets]);
  const selected = useMemo(() => chosen(selection), [selection]);
  const chosenAssets = useMemo(() => assets.filter((asset) => selected.has(asset.id)), [assets, selected]);
  useEffect(() => step({ kind: "keep", there: new Set(ids) }), [ids]);
  const isUnknown = isFirst || (error !== null && ids.length === 0);
  useEffect(
    () => onCount(isUnknown ? null : { known: ids.length, isAll: !hasMore }),
    [onCount, ids.length, hasMore, isUnknown],
  );

  const acts = useMemo(
    () => ({
      open: (place: number) => void navigate(pathOf(view, ids[place])),
      choose: (place: number, how: "toggle" | "range") => {
        const id = ids[place];
        if (id === undefined) return;
        setCurrent(place);
        step(how === "range" ? { kind: how, id, shown: ids } : { kind: how, id });
      },
      focus: setCurrent,
    }),
    [ids, navigate, view],
  );
  const clear = useCallback(() => {
    step({ kind: "clear" });
    setWanted(false);
    onChoosing(false);
  }, [onChoosing]);
  const isWhole = !hasMore || ids.length >= MOST_CHOSEN;
  const chooseAll = useCallback(() => setWanted(true), []);
  useEffect(() => {
    if (!isWanted || (!isWhole && error === null)) return;
    setWanted(false);
    // Of a list that broke off nobody knows all: what is chosen already stays, and the failure is told below.
    if (isWhole) step({ kind: "all", shown: ids.slice(0, MOST_CHOSEN) });
  }, [isWanted, isWhole, error, ids]);
  useGalleryKeys(chooseAll, clear);
  const onKey = ({ key }: KeyboardEvent, place: number) => {
    if (key !== "x" && key !== "X" && key !== " ") return false;
    acts.choose(place, key === "X" ? "range" : "toggle");
    return true;
  };
  const comingBackTo = useComingBack(ids);
  const pathOfAsset = useCallback((asset: AssetView) => pathOf(view, asset.id), [view]);

  if (assets.length === 0 && error !== null) return <ErrorState error={error} onRetry={retry} />;
  if (isFirst) return <GallerySkeleton rowHeight={rowHeight} />;
  if (assets.length === 0) return <Nothing view={view} canMake={can("make")} onView={onView} />;
  return (
    <>
      <PictureWall
        assets={assets}
        isOpen={hasMore}
        rowHeight={rowHeight}
        current={Math.min(current, assets.length - 1)}
        comingBackTo={comingBackTo}
        chosen={selected}
        isChoosing={isChoosing}
        pathOf={pathOfAsset}
        acts={acts}
        onSeen={setLastSeen}
        onKey={onKey}
      />
      {hasMore && error === null && (
        <div className={styles.more} role="status">
          <Loader size="sm" color="gray" aria-hidden /> Looking for more
        </div>
      )}
      {error !== null && <ErrorState compact error={error} onRetry={retry} />}
      <SelectionBar
        assets={chosenAssets}
        known={assets.length}
        isWhole={!hasMore}
        isReading={isWanted}
        isChoosing={isChoosing}
        onAll={chooseAll}
        onClear={clear}
      />
    </>
  );
}

/** The place of the image from whose page one came back, once it is known; later images do not change it. */
function useComingBack(ids: readonly string[]): number | null {
  const from: unknown = useLocation().state?.from;
  const found = useRef<number | null>(null);
  if (found.current === null && typeof from === "string" && ids.length > 0) found.current = ids.indexOf(from);
  return found.current === -1 ? null : found.current;
}

function Nothing({ view, canMake, onView }: { view: LibraryView; canMake: boolean; onView: GalleryProps["onView"] }) {
  if (isNarrowed(view)) {
    return (
      <EmptyState
        icon={IconPhotoSearch}
        title="No image fits"
        action={
          <Button variant="default" onClick={() => onView({ ...EVERYTHING, sort: view.sort })}>
            Clear filters
          </Button>
        }
      >
        Try fewer words or the beginnings of words, or take a filter away.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={IconPhoto}
      title="Your images will be here"
      action={
        canMake && (
          <Button component={Link} to="/batches/new">
            New batch
          </Button>
        )
      }
    >
      Every image that a batch makes is kept here with its whole recipe, to be searched, tagged and made again.
    </EmptyState>
  );
}
