import { useEffect, useRef } from "react";
import { useItem } from "@/api/items";
import type { BatchView, ItemView } from "@/api/schema";
import { tellProblem } from "@/design/toasts";
import type { WallItems } from "@/pages/wall/useWallItems";
import { useSession } from "@/session/useSession";
import { Viewer } from "@/viewer/Viewer";

interface WallViewerProps {
  batch: BatchView;
  items: WallItems;
  /** The item that the address names. */
  wanted: string | null;
  isPicked: (item: ItemView) => boolean;
  onPick: (item: ItemView) => void;
  /** Another item, or none, is to be shown. */
  onShow: (item: ItemView | null) => void;
  onMoved: (place: number) => void;
}

/** The viewer over the wall: through what the wall shows, or around an item that an address alone names. */
export function WallViewer({ batch, items, wanted, isPicked, onPick, onShow, onMoved }: WallViewerProps) {
  const { can } = useSession();
  const listed = items.known.find((item) => item.id === wanted);
  const asked = useItem(batch.id, wanted !== null && (listed === undefined || listed.revision === 0) ? wanted : null);
  const item = (listed?.revision === 0 ? asked.data : undefined) ?? listed ?? asked.data;
  const failure = item === undefined ? asked.error : null;
  useEffect(() => {
    if (failure === null) return;
    tellProblem(failure, "This image cannot be shown");
    onShow(null);
  }, [failure, onShow]);

  const place = usePlace(items, item);
  useEffect(() => {
    if (wanted !== null && place !== null) onMoved(place);
  }, [wanted, place, onMoved]);
  if (wanted === null || item === undefined) return null;
  return (
    <Viewer
      item={item}
      place={place ?? 0}
      count={place === null ? 1 : items.count}
      neighbours={place === null ? [] : [items.at(place + 1), items.at(place - 1)]}
      picked={isPicked(item)}
      may={{ steer: can("steer"), make: can("make"), pick: can("pick") }}
      onPick={() => onPick(item)}
      onClose={() => onShow(null)}
      onMove={(step) => {
        const next = place === null ? undefined : items.at(place + step);
        if (next !== undefined) onShow(next);
      }}
    />
  );
}

/** Where an item stands in what the wall shows; null where it is not among it. */
function usePlace(items: WallItems, item: ItemView | undefined): number | null {
  const last = useRef<{ id: string; place: number } | null>(null);
  if (item === undefined) return null;
  // An item that leaves a filter while it is looked at, as a failed one that is tried again, keeps its place for now.
  const found = items.isWhole ? item.index : items.known.findIndex((one) => one.id === item.id);
  if (found >= 0) {
    last.current = { id: item.id, place: found };
    return found;
  }
  return last.current?.id === item.id ? Math.min(last.current.place, Math.max(0, items.count - 1)) : null;
}
