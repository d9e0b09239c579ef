import { Button } from "@mantine/core";
import { IconColumns } from "@tabler/icons-react";
import { useQueries } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { assetQuery } from "@/api/assets";
import { batchNameQuery } from "@/api/batchNames";
import type { ItemView } from "@/api/schema";
import { EmptyState } from "@/design/EmptyState";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { TilesSkeleton } from "@/design/Skeletons";
import { BackLink } from "@/pages/compare/BackLink";
import { Comparison } from "@/pages/compare/Comparison";
import { itemsOf, modeOf } from "@/pages/compare/comparisons";
import { ModeChoice } from "@/pages/compare/ModeChoice";
import { toggled, usePicking } from "@/pages/compare/usePicking";
import { itemOf } from "@/pages/wall/useWallItems";

/** Two to four images of the library, of whatever batches, against each other. */
export function CompareImagesPage() {
  const [address, setAddress] = useSearchParams();
  const ids = itemsOf(address);
  const asked = useQueries({ queries: ids.map((id) => assetQuery(id)) });
  const items = asked.flatMap((one) => (one.data === undefined ? [] : [itemOf(one.data)]));
  const { isPicked, pick } = usePicking(items.map((item) => item.batch));
  const titleOf = useTitles(items);
  const failure = asked.find((one) => one.isError)?.error;
  const retry = () => {
    for (const one of asked) if (one.isError) void one.refetch();
  };
  const set = (name: string, value: string) =>
    setAddress(
      (before) => {
        before.set(name, value);
        return before;
      },
      { replace: true },
    );
  const back = <BackLink to="/library">Back to the library</BackLink>;
  if (ids.length < 2) {
    return (
      <>
        <PageHeader title="Compare" description={back} />
        <EmptyState
          icon={IconColumns}
          title="Choose two to four images"
          action={
            <Button component={Link} to="/library">
              Choose images
            </Button>
          }
        >
          In the library, choose images with X or by their boxes, then press Compare.
        </EmptyState>
      </>
    );
  }
  const mode = modeOf(address, ids.length);
  return (
    <>
      <PageHeader title="Compare" description={back} wide>
        {ids.length === 2 && <ModeChoice mode={mode} onMode={(next) => set("mode", next)} />}
      </PageHeader>
      {failure !== undefined && failure !== null ? (
        <ErrorState error={failure} onRetry={retry} />
      ) : items.length < ids.length ? (
        <TilesSkeleton tiles={ids.length} />
      ) : (
        <Comparison
          items={items}
          titleOf={titleOf}
          mode={mode}
          isPicked={isPicked}
          onPick={pick && ((item) => pick(toggled(item, isPicked(item))))}
          onMode={(next) => set("mode", next)}
          onWithout={(id) => set("items", ids.filter((_, at) => items[at]?.id !== id).join(","))}
        />
      )}
    </>
  );
}

/** An image by its batch and its row; by its row alone until the batch's name is known. */
function useTitles(items: readonly ItemView[]): (item: ItemView) => string {
  const batches = [...new Set(items.map((item) => item.batch))];
  const names = useQueries({ queries: batches.map((batch) => batchNameQuery(batch)) });
  return ({ batch, row }) => {
    const name = names[batches.indexOf(batch)]?.data;
    return name ? `${name}, row ${row + 1}` : `Row ${row + 1}`;
  };
}
