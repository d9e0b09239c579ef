import { Button, Skeleton, VisuallyHidden } from "@mantine/core";
import { useEffect, useMemo } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { useAsset } from "@/api/assets";
import { ErrorState } from "@/design/ErrorState";
import { LinesSkeleton } from "@/design/Skeletons";
import { pathOf, viewOf } from "@/pages/library/addresses";
import styles from "@/pages/library/detail/Asset.module.css";
import { AssetPanel } from "@/pages/library/detail/AssetPanel";
import { AssetStage } from "@/pages/library/detail/AssetStage";
import { useNeighbours } from "@/pages/library/detail/neighbours";

/** One image with its recipe, and through all that the library shows around it. */
export function AssetPage() {
  const { asset: id = "" } = useParams();
  const [address] = useSearchParams();
  const navigate = useNavigate();
  const said = address.toString();
  const view = useMemo(() => viewOf(new URLSearchParams(said)), [said]);
  const read = useAsset(id);
  const { listed, neighbours } = useNeighbours(view, id, read.data);
  const asset = read.data ?? listed;
  useEffect(() => {
    document.title = "Image · Fanfold";
  }, []);
  const library = pathOf(view);
  const leave = () => void navigate(library, { state: { from: id } });
  const show = (other: string | null) => {
    if (other !== null) void navigate(pathOf(view, other), { replace: true, preventScrollReset: true });
  };

  if (asset === undefined && read.isError) {
    return (
      <>
        <ErrorState error={read.error} onRetry={() => void read.refetch()} />
        <div className={styles.back}>
          <Button component={Link} to={library} variant="subtle">
            Back to the library
          </Button>
        </div>
      </>
    );
  }
  return (
    <div className={styles.page}>
      {asset === undefined ? (
        <div className={styles.main}>
          <Skeleton className={styles.loading} radius={0} />
        </div>
      ) : (
        <AssetStage asset={asset} neighbours={neighbours} onShow={show} onLeave={leave} />
      )}
      <aside className={styles.panel} aria-labelledby="about">
        <VisuallyHidden component="h2" id="about">
          About this image
        </VisuallyHidden>
        {asset === undefined ? (
          <LinesSkeleton lines={12} />
        ) : (
          <AssetPanel
            key={asset.id}
            asset={asset}
            onGone={() =>
              (neighbours.next ?? neighbours.previous) === null ? leave() : show(neighbours.next ?? neighbours.previous)
            }
          />
        )}
      </aside>
    </div>
  );
}
