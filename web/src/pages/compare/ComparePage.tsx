import { Button } from "@mantine/core";
import { IconColumns } from "@tabler/icons-react";
import { useQueries } from "@tanstack/react-query";
import { Link, useParams, useSearchParams } from "react-router";
import { itemKey, readItem } from "@/api/items";
import { EmptyState } from "@/design/EmptyState";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { TilesSkeleton } from "@/design/Skeletons";
import { BackLink } from "@/pages/compare/BackLink";
import { Comparison } from "@/pages/compare/Comparison";
import { itemsOf, modeOf } from "@/pages/compare/comparisons";
import { ModeChoice } from "@/pages/compare/ModeChoice";
import { toggled, usePicking } from "@/pages/compare/usePicking";

/** Two to four images of a batch against each other, with what differs in their recipes. */
export function ComparePage() {
  const { batch = "" } = useParams();
  const [address, setAddress] = useSearchParams();
  const ids = itemsOf(address);
  const asked = useQueries({
    queries: ids.map((id) => ({
      queryKey: itemKey(batch, id),
      queryFn: ({ signal }: { signal: AbortSignal }) => readItem(batch, id, signal),
    })),
  });
  const { isPicked, pick } = usePicking([batch]);
  const failure = asked.find((one) => one.isError)?.error;
  const retry = () => {
    for (const one of asked) if (one.isError) void one.refetch();
  };
  const items = asked.flatMap((one) => (one.data === undefined ? [] : [one.data]));
  const set = (name: string, value: string) =>
    setAddress(
      (before) => {
        before.set(name, value);
        return before;
      },
      { replace: true },
    );
  const back = <BackLink to={`/batches/${batch}`}>Back to the batch</BackLink>;
  if (ids.length < 2) {
    return (
      <>
        <PageHeader title="Compare" description={back} />
        <EmptyState
          icon={IconColumns}
          title="Choose two to four images"
          action={
            <Button component={Link} to={`/batches/${batch}?show=succeeded`}>
              Choose images
            </Button>
          }
        >
          On the wall of a batch, choose images with X or by their boxes, then press V.
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
      {failure !== undefined ? (
        <ErrorState error={failure} onRetry={retry} />
      ) : items.length < ids.length ? (
        <TilesSkeleton tiles={ids.length} />
      ) : (
        <Comparison
          items={items}
          titleOf={(item) => `Image ${item.index + 1}`}
          mode={mode}
          isPicked={isPicked}
          onPick={pick && ((item) => pick(toggled(item, isPicked(item))))}
          onMode={(next) => set("mode", next)}
          onWithout={(id) => set("items", ids.filter((one) => one !== id).join(","))}
        />
      )}
    </>
  );
}
