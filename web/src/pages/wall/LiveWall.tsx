import { useLocalStorage } from "@mantine/hooks";
import { useCallback, useMemo, useRef, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { offers } from "@/acts/offers";
import { isPicked, useChoices, useOthersPicks, usePick } from "@/api/picks";
import type { BatchView, ItemView } from "@/api/schema";
import { tellProblem } from "@/design/toasts";
import type { TileActs } from "@/grid/tiles";
import type { Live } from "@/live/feeds";
import { compareAddress } from "@/pages/compare/comparisons";
import { FilterBar } from "@/pages/wall/FilterBar";
import { filterOf, type WallFilter } from "@/pages/wall/filters";
import { type Span, TILE_WIDTHS, tileRatio, watchedSpan } from "@/pages/wall/grids";
import { WaitingLine } from "@/pages/wall/line/WaitingLine";
import { SelectionBar } from "@/pages/wall/SelectionBar";
import { canCompare, extendedTo, NOTHING, type Selection, toggledIn } from "@/pages/wall/selections";
import { useWallItems } from "@/pages/wall/useWallItems";
import { useWallKeys } from "@/pages/wall/useWallKeys";
import { Wall } from "@/pages/wall/Wall";
import { WallHeader } from "@/pages/wall/WallHeader";
import { WallStates } from "@/pages/wall/WallStates";
import { WallViewer } from "@/pages/wall/WallViewer";
import { useSession } from "@/session/useSession";

const FIRST_SPAN: Span = { from: 0, to: 50 };

interface LiveWallProps {
  batch: BatchView;
  live: Live<BatchView>;
}

/** The wall of a batch that is known: head, filters, tiles, what is chosen, and the viewer above it. */
export function LiveWall({ batch, live }: LiveWallProps) {
  const { can, user, role } = useSession();
  const navigate = useNavigate();
  const [address, setAddress] = useSearchParams();
  const [tileWidth, setTileWidth] = useLocalStorage<number>({
    key: "fanfold:wall.tile",
    defaultValue: TILE_WIDTHS.usual,
    getInitialValueInEffect: false,
  });
  const filter = filterOf(address);
  const [scrolled, setScrolled] = useState<Span>(FIRST_SPAN);
  const [current, setCurrent] = useState(0);
  const isViewing = address.has("item");
  const total = batch.progress.total;
  const span = watchedSpan(isViewing ? null : scrolled, isViewing ? around(current, total) : scrolled, total);
  const items = useWallItems(batch, filter, span);
  const ratio = useRatio(items.known, filter);
  const [chosen, setChosen] = useState<Selection>(NOTHING);
  const [isChoosing, setChoosing] = useState(false);
  const anchor = useRef<string | null>(null);
  const choices = useChoices();
  const pick = usePick();
  useOthersPicks([batch.id]);

  const set = useCallback(
    (changes: Record<string, string | null>, replace = true) =>
      setAddress(
        (before) => {
          for (const [name, value] of Object.entries(changes))
            value === null ? before.delete(name) : before.set(name, value);
          return before;
        },
        { replace, preventScrollReset: true },
      ),
    [setAddress],
  );
  // Most scrolling stays within what is watched already, and draws nothing anew.
  const onSeen = useCallback((seen: Span) => setScrolled((before) => watchedSpan(before, seen, total)), [total]);
  const at = useRef(items);
  at.current = items;
  const acts = useMemo<TileActs>(
    () => ({
      open: (place) => {
        const item = at.current.at(place);
        if (item !== undefined) set({ item: item.id }, false);
      },
      choose: (place, how) => {
        const item = at.current.at(place);
        if (item === undefined) return;
        const shown = at.current.known.map((one) => one.id);
        const from = anchor.current;
        setChosen((before) =>
          how === "range" ? extendedTo(before, from, item.id, shown) : toggledIn(before, item.id),
        );
        anchor.current = item.id;
      },
      focus: setCurrent,
    }),
    [set],
  );
  const known = useKnown(items.known);
  const { line } = items;
  const areChosen = useMemo(() => new Set(chosen), [chosen]);
  // What has started meanwhile cannot be moved any more, and those that move together keep their order.
  const chosenItems =
    line === undefined
      ? chosen.map((id) => known.get(id)).filter((item) => item !== undefined)
      : line.items.filter((item) => areChosen.has(item.id));
  const togglePick = useCallback(
    (of: readonly ItemView[]) => {
      const ids = of.flatMap((item) => (item.asset !== null && item.status === "succeeded" ? [item.asset.id] : []));
      if (ids.length === 0 || !can("pick")) return;
      const picked = !of.every((item) => isPicked(item, choices));
      pick.mutate({ ids, picked }, { onError: (error) => tellProblem(error, "Nothing was picked") });
    },
    [can, choices, pick],
  );
  const compare = () => canCompare(chosen.length) && void navigate(compareAddress(batch.id, chosen));
  const clear = () => {
    setChosen(NOTHING);
    setChoosing(false);
  };
  const onKey = useWallKeys({
    choose: (place) => acts.choose(place, "toggle"),
    pick: (place) => {
      const item = items.at(place);
      togglePick(chosenItems.length > 0 ? chosenItems : item === undefined ? [] : [item]);
    },
    compare,
    clear,
    resize: (step) =>
      setTileWidth((width) => Math.min(TILE_WIDTHS.most, Math.max(TILE_WIDTHS.least, width + step * 48))),
  });

  return (
    <>
      <WallHeader batch={batch} live={live} />
      <FilterBar
        batch={batch}
        filter={filter}
        tileWidth={tileWidth}
        isChoosing={isChoosing}
        onFilter={(next: WallFilter) => {
          setCurrent(0);
          set({ show: next === "all" ? null : next });
        }}
        onTileWidth={setTileWidth}
        onChoosing={(wanted) => (wanted ? setChoosing(true) : clear())}
      />
      <WallStates batch={batch} items={items} filter={filter} onAll={() => set({ show: null })}>
        {line !== undefined ? (
          <WaitingLine
            batch={batch.id}
            line={line}
            count={items.count}
            at={items.at}
            canMove={can("steer") && offers(batch, { id: user.id, role }).has("order")}
            chosen={chosen}
            isChoosing={isChoosing}
            isBehind={isViewing}
            onOpen={acts.open}
            onChoose={acts.choose}
            onClear={clear}
            onSeen={onSeen}
          />
        ) : (
          <Wall
            key={filter}
            count={items.count}
            at={items.at}
            ratio={ratio}
            tileWidth={tileWidth}
            current={Math.min(current, items.count - 1)}
            isChosen={(item) => item !== undefined && areChosen.has(item.id)}
            isPicked={(item) => item !== undefined && isPicked(item, choices)}
            isChoosing={isChoosing}
            isBehind={isViewing}
            acts={acts}
            onSeen={onSeen}
            onKey={onKey}
          />
        )}
      </WallStates>
      <SelectionBar
        batch={batch}
        chosen={chosenItems}
        isChoosing={isChoosing}
        allPicked={chosenItems.length > 0 && chosenItems.every((item) => isPicked(item, choices))}
        onCompare={compare}
        onPick={() => togglePick(chosenItems)}
        onClear={clear}
      />
      <WallViewer
        batch={batch}
        items={items}
        wanted={address.get("item")}
        isPicked={(item) => isPicked(item, choices)}
        onPick={(item) => togglePick([item])}
        onShow={(item) => set({ item: item?.id ?? null })}
        onMoved={setCurrent}
      />
    </>
  );
}

/** What is looked at in the viewer, and what comes next either way. */
function around(place: number, count: number): Span {
  return { from: Math.max(0, Math.min(place - 12, count)), to: Math.min(count, place + 13) };
}

/** The shape of all tiles: decided by the first images that are known, and kept, so that nothing jumps later. */
function useRatio(known: readonly ItemView[], filter: WallFilter): number {
  const kept = useRef<{ filter: WallFilter; ratio: number } | null>(null);
  if (kept.current?.filter !== filter) kept.current = null;
  if (kept.current === null && known.length > 0) {
    kept.current = { filter, ratio: tileRatio(known.map((item) => item.aspect_ratio)) };
  }
  return kept.current?.ratio ?? 1;
}

/** Every item that was on the wall, by id: what was chosen stays known when it is out of sight. */
function useKnown(items: readonly ItemView[]): ReadonlyMap<string, ItemView> {
  const known = useRef(new Map<string, ItemView>());
  for (const item of items) known.current.set(item.id, item);
  return known.current;
}
