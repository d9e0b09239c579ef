import { useParams } from "react-router";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { LinesSkeleton, TilesSkeleton } from "@/design/Skeletons";
import { useLiveBatch } from "@/live/useLive";
import { LiveWall } from "@/pages/wall/LiveWall";

/** A batch as a wall of tiles that fill in. */
export function WallPage() {
  const { batch: id = "" } = useParams();
  const live = useLiveBatch(id);
  if (live.data !== undefined) return <LiveWall key={id} batch={live.data} live={live} />;
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
