import type { ReactNode } from "react";
import type { BatchView } from "@/api/schema";
import { ErrorState } from "@/design/ErrorState";
import { LinesSkeleton, TilesSkeleton } from "@/design/Skeletons";
import type { WallFilter } from "@/pages/wall/filters";
import { NothingShown } from "@/pages/wall/NothingShown";
import type { WallItems } from "@/pages/wall/useWallItems";

interface WallStatesProps {
  batch: BatchView;
  items: WallItems;
  filter: WallFilter;
  onAll: () => void;
  children: ReactNode;
}

/** What a filter shows, or why there is nothing of it. */
export function WallStates({ batch, items, filter, onAll, children }: WallStatesProps) {
  if (items.count > 0) return children;
  if (items.problem !== undefined) return <ErrorState error={items.problem} />;
  if (!items.isReady) return filter === "pending" ? <LinesSkeleton lines={10} /> : <TilesSkeleton tiles={12} />;
  return <NothingShown batch={batch} filter={filter} onAll={onAll} />;
}
