import { Button, Group, Stack } from "@mantine/core";
import { IconMailOff } from "@tabler/icons-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useDeadLetterPages } from "@/api/deadLetters";
import { EmptyState } from "@/design/EmptyState";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { RowsSkeleton } from "@/design/Skeletons";
import { ActForm, type Wanted } from "@/pages/dead-letters/ActForm";
import type { Scope } from "@/pages/dead-letters/bulk";
import { FilterBar } from "@/pages/dead-letters/FilterBar";
import { renewed, shownOf } from "@/pages/dead-letters/filters";
import { LetterPanel } from "@/pages/dead-letters/LetterPanel";
import { LetterTable } from "@/pages/dead-letters/LetterTable";
import { SelectionBar } from "@/pages/dead-letters/SelectionBar";
import { AdminsOnly } from "@/session/AdminsOnly";

/** Images that failed for good: looked at, tried again or given up. */
export function DeadLettersPage() {
  return (
    <AdminsOnly title="Dead letters">
      <DeadLetters />
    </AdminsOnly>
  );
}

function DeadLetters() {
  const [search, setSearch] = useSearchParams();
  const { filter, discarded, letter } = shownOf(search);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const pages = useDeadLetterPages(filter, discarded, true);
  const letters = pages.data?.pages.flatMap((page) => page.dead_letters) ?? [];
  const shown = letters.filter((one) => ticked.has(one.id)).map((one) => one.id);
  const say = (said: Record<string, string | null>) => {
    setTicked(new Set());
    setSearch(renewed(search, said), { replace: true });
  };
  const open = (id: string | null) => setSearch(renewed(search, { letter: id }), { preventScrollReset: true });
  const act = (verb: Wanted["verb"], scope: Scope) => setWanted({ verb, scope });
  return (
    <Stack gap="md">
      <div>
        <PageHeader
          title="Dead letters"
          description="Images that failed for good. Try them again, changed or as they are, or give them up."
        />
        <FilterBar filter={filter} discarded={discarded} onSay={say} />
      </div>
      {pages.isPending && <RowsSkeleton rows={8} columns={5} />}
      {pages.isError && <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isSuccess && letters.length === 0 && !pages.hasNextPage && (
        <NothingHere isFiltered={Object.keys(filter).length > 0} discarded={discarded} onClear={() => setSearch({})} />
      )}
      {letters.length > 0 && (
        <>
          <SelectionBar
            ticked={shown}
            all={letters.map((one) => one.id)}
            filter={discarded ? null : filter}
            discarded={discarded}
            onTick={(ids) => setTicked(new Set(ids))}
            onAct={act}
          />
          <LetterTable letters={letters} ticked={ticked} onTick={setTicked} onOpen={open} />
        </>
      )}
      {pages.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show more
          </Button>
        </Group>
      )}
      <LetterPanel id={letter} onClose={() => open(null)} onAct={act} />
      <ActForm
        wanted={wanted}
        onClose={() => setWanted(null)}
        onDone={() => {
          setTicked(new Set());
          if (letter !== null) open(null);
        }}
      />
    </Stack>
  );
}

function NothingHere({
  isFiltered,
  discarded,
  onClear,
}: {
  isFiltered: boolean;
  discarded: boolean;
  onClear: () => void;
}) {
  if (isFiltered) {
    const clear = (
      <Button variant="default" onClick={onClear}>
        Clear filters
      </Button>
    );
    return (
      <EmptyState icon={IconMailOff} title="Nothing matches" action={clear}>
        No image that failed for good is like that.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={IconMailOff} title={discarded ? "Nothing was discarded" : "No image failed for good"}>
      {discarded ? "What you give up is kept here." : "When one does, it is here with every try and the reason."}
    </EmptyState>
  );
}
