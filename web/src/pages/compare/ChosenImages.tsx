import { Button } from "@mantine/core";
import { IconColumns } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import type { ItemView } from "@/api/schema";
import { EmptyState } from "@/design/EmptyState";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { TilesSkeleton } from "@/design/Skeletons";
import { BackLink } from "@/pages/compare/BackLink";
import { Comparison } from "@/pages/compare/Comparison";
import { itemsOf, modeOf } from "@/pages/compare/comparisons";
import { ModeChoice } from "@/pages/compare/ModeChoice";
import { type Picking, toggled } from "@/pages/compare/usePicking";

interface ChosenImagesProps {
  /** The page on which they are chosen: its address, what the way back says, where and how one chooses there. */
  from: { to: string; name: string; chooseAt: string; how: string };
  /** The images of the address, in its order. */
  asked: readonly UseQueryResult<ItemView>[];
  titleOf: (item: ItemView) => string;
  picking: Picking;
}

/** The two to four images that the address names against each other, in the way that it names. */
export function ChosenImages({ from, asked, titleOf, picking: { isPicked, pick } }: ChosenImagesProps) {
  const [address, setAddress] = useSearchParams();
  const ids = itemsOf(address);
  const items = asked.flatMap((one) => (one.data === undefined ? [] : [one.data]));
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
  const back = <BackLink to={from.to}>{`Back to the ${from.name}`}</BackLink>;
  if (ids.length < 2) {
    return (
      <>
        <PageHeader title="Compare" description={back} />
        <EmptyState
          icon={IconColumns}
          title="Choose two to four images"
          action={
            <Button component={Link} to={from.chooseAt}>
              Choose images
            </Button>
          }
        >
          {from.how}
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
      {failure ? (
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
