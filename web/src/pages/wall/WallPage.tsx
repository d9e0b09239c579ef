import { useParams } from "react-router";
import { useWishedBatch } from "@/acts/batchWishes";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { LinesSkeleton, TilesSkeleton } from "@/design/Skeletons";
import { useLiveBatch } from "@/live/useLive";
import { LiveWall } from "@/pages/wall/LiveWall";

/** A batch as a wall of tiles that fill in. */
export function WallPage() {
  const { batch: id = "" } = useParams();
  const live = useLiveBatch(id);
  const batch = useWishedBatch(id, live.data);
  if (batch !== undefined) return <LiveWall key={id} batch={batch} live={live} />;
  if (live.state === "failed") {
    return (
      <>
        <PageHeader title="Batch" />
        <ErrorState error={live.problem} onRetry={live.retry} />
      </>
    );
  }
  return (
    <>
      <PageHeader title="Batch" description="Loading …" />
      <LinesSkeleton lines={2} />
      <div style={{ height: 24 }} />
      <TilesSkeleton tiles={18} />
    </>
  );
}
