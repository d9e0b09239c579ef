import { Anchor, Button, SegmentedControl } from "@mantine/core";
import { IconArrowLeft, IconColumns } from "@tabler/icons-react";
import { useQueries } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { itemKey, readItem } from "@/api/items";
import { isPicked, useChoices, usePick } from "@/api/picks";
import type { ItemView } from "@/api/schema";
import { EmptyState } from "@/design/EmptyState";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { TilesSkeleton } from "@/design/Skeletons";
import { tellProblem } from "@/design/toasts";
import { type Shortcut, useShortcuts } from "@/layout/shortcuts";
import { COMPARE_MODES, type CompareMode, itemsOf, MODE_WORDS, modeOf } from "@/pages/compare/comparisons";
import { Layers } from "@/pages/compare/Layers";
import { RecipeTable } from "@/pages/compare/RecipeTable";
import { SideBySide } from "@/pages/compare/SideBySide";
import { useSession } from "@/session/useSession";
import { KEY_STEP, type Look, scaled, WHOLE } from "@/viewer/zooms";

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
  const back = (
    <Anchor component={Link} to={`/batches/${batch}`} size="sm" c="dimmed">
      <IconArrowLeft size={14} aria-hidden style={{ verticalAlign: "-2px" }} /> Back to the batch
    </Anchor>
  );
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
      <PageHeader title="Compare" description={back}>
        {ids.length === 2 && (
          <SegmentedControl
            aria-label="How to compare"
            data={COMPARE_MODES.map((one) => ({ value: one, label: MODE_WORDS[one] }))}
            value={mode}
            onChange={(next) => set("mode", next)}
          />
        )}
      </PageHeader>
      {failure !== undefined ? (
        <ErrorState error={failure} onRetry={retry} />
      ) : items.length < ids.length ? (
        <TilesSkeleton tiles={ids.length} />
      ) : (
        <Comparison
          items={items}
          mode={mode}
          onMode={(next) => set("mode", next)}
          onWithout={(id) => set("items", ids.filter((one) => one !== id).join(","))}
        />
      )}
    </>
  );
}

interface ComparisonProps {
  items: readonly ItemView[];
  mode: CompareMode;
  onMode: (mode: CompareMode) => void;
  onWithout: (id: string) => void;
}

function Comparison({ items, mode, onMode, onWithout }: ComparisonProps) {
  const { can } = useSession();
  const [look, setLook] = useState<Look>(WHOLE);
  const choices = useChoices();
  const pick = usePick();
  const toggle = (item: ItemView) => {
    if (item.asset === null || !can("pick")) return;
    const said = { ids: [item.asset.id], picked: !isPicked(item, choices) };
    pick.mutate(said, { onError: (error) => tellProblem(error, "Nothing was picked") });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the acts are made anew with every state that they read
  const shortcuts = useMemo<Shortcut[]>(
    () => [
      ...(can("pick")
        ? items.map((item, at) => ({
            keys: String(at + 1),
            words: `Pick image ${at + 1}, or take it back`,
            act: () => toggle(item),
          }))
        : []),
      { keys: "+", words: "Zoom in", act: () => setLook((before) => scaled(before, KEY_STEP)) },
      { keys: "-", words: "Zoom out", act: () => setLook((before) => scaled(before, 1 / KEY_STEP)) },
      { keys: "0", words: "Show the whole images", act: () => setLook(WHOLE) },
      ...(items.length === 2 ? [{ keys: "m", words: "Compare in the next way", act: () => onMode(after(mode)) }] : []),
    ],
    [items, choices, mode],
  );
  useShortcuts(shortcuts);
  return (
    <>
      {mode === "side" ? (
        <SideBySide
          items={items}
          look={look}
          onLook={setLook}
          isPicked={(item) => isPicked(item, choices)}
          onPick={can("pick") ? toggle : null}
          onWithout={items.length > 2 ? onWithout : null}
        />
      ) : (
        <Layers items={items} mode={mode} look={look} onLook={setLook} />
      )}
      <RecipeTable items={items} isPicked={(item) => isPicked(item, choices)} />
    </>
  );
}

function after(mode: CompareMode): CompareMode {
  return COMPARE_MODES[(COMPARE_MODES.indexOf(mode) + 1) % COMPARE_MODES.length] ?? "side";
}
