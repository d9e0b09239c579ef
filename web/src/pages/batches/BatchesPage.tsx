import { Button, type ButtonProps } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { IconPlus, IconSearchOff, IconStack2 } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useWishedBatches } from "@/acts/batchWishes";
import { type BatchFilters, useBatchPages } from "@/api/batches";
import { EmptyState } from "@/design/EmptyState";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { RowsSkeleton } from "@/design/Skeletons";
import { useLiveBatches } from "@/live/useLive";
import { BatchFilterBar } from "@/pages/batches/BatchFilterBar";
import { BatchTable } from "@/pages/batches/BatchTable";
import { ChosenBar } from "@/pages/batches/ChosenBar";
import { filtersOf, isNarrowed, listed } from "@/pages/batches/listings";
import { DraftList } from "@/pages/builder/drafts/DraftList";
import { useSession } from "@/session/useSession";

/** All batches, the newest first, each with how far it is at this moment. */
export function BatchesPage() {
  const { can } = useSession();
  const [address, setAddress] = useSearchParams();
  const filters = filtersOf(address);
  return (
    <>
      <PageHeader title="Batches">{can("make") && <NewBatch hiddenFrom="sm" />}</PageHeader>
      {can("make") && <DraftList />}
      <BatchFilterBar filters={filters} address={address} onChange={setAddress} />
      <BatchList filters={filters} onAll={() => setAddress({})} />
    </>
  );
}

function NewBatch(props: ButtonProps) {
  return (
    <Button component={Link} to="/batches/new" leftSection={<IconPlus size={16} aria-hidden />} {...props}>
      New batch
    </Button>
  );
}

function BatchList({ filters, onAll }: { filters: BatchFilters; onAll: () => void }) {
  const pages = useBatchPages(filters);
  const live = useLiveBatches();
  const end = useEnd(pages);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const choose = (id: string) =>
    setChosen((before) => (before.includes(id) ? before.filter((one) => one !== id) : [...before, id]));
  const read = pages.data?.pages.flatMap((page) => page.batches) ?? [];
  const batches = useWishedBatches(listed(read, live.data ?? [], filters));
  if (pages.isPending) return <RowsSkeleton rows={8} columns={5} />;
  if (pages.isError && read.length === 0)
    return <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />;
  if (batches.length === 0 && !pages.hasNextPage) return <Nothing filters={filters} onAll={onAll} />;
  return (
    <>
      <BatchTable batches={batches} chosen={chosen} onChoose={choose} />
      <ChosenBar chosen={chosen} onClear={() => setChosen([])} />
      <div ref={end} />
      {pages.isFetchNextPageError ? (
        <ErrorState compact error={pages.error} onRetry={() => void pages.fetchNextPage()} />
      ) : (
        pages.hasNextPage && <RowsSkeleton rows={2} columns={5} />
      )}
    </>
  );
}

/** Reads the next page when the end of the list comes near. */
function useEnd({ hasNextPage, isFetching, isFetchNextPageError, fetchNextPage }: ReturnType<typeof useBatchPages>) {
  const { ref, entry } = useIntersection({ rootMargin: "600px" });
  const isNear = entry?.isIntersecting ?? false;
  useEffect(() => {
    if (isNear && hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [isNear, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
  return ref;
}

function Nothing({ filters, onAll }: { filters: BatchFilters; onAll: () => void }) {
  const { can } = useSession();
  const all = (
    <Button variant="default" onClick={onAll}>
      Show all batches
    </Button>
  );
  if (isNarrowed(filters)) {
    return (
      <EmptyState icon={IconSearchOff} title="No batch fits" action={all}>
        Try fewer words, other days, or take a filter away.
      </EmptyState>
    );
  }
  if (filters.archived) {
    return (
      <EmptyState icon={IconStack2} title="The archive is empty" action={all}>
        Batches that you archive leave the list and wait here.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={IconStack2} title="Your first batch" action={can("make") && <NewBatch />}>
      Paste rows from a sheet, drop in reference pictures, and watch the images arrive.
    </EmptyState>
  );
}
