import { useMemo, useState } from "react";
import type { ItemView } from "@/api/schema";
import { type Shortcut, useShortcuts } from "@/layout/shortcuts";
import { COMPARE_MODES, type CompareMode } from "@/pages/compare/comparisons";
import { Layers } from "@/pages/compare/Layers";
import { RecipeTable } from "@/pages/compare/RecipeTable";
import { SideBySide } from "@/pages/compare/SideBySide";
import { KEY_STEP, type Look, scaled, WHOLE } from "@/viewer/zooms";

interface ComparisonProps {
  items: readonly ItemView[];
  /** What an image is called here. */
  titleOf: (item: ItemView) => string;
  mode: CompareMode;
  isPicked: (item: ItemView) => boolean;
  /** Null for who may not pick. */
  onPick: ((item: ItemView) => void) | null;
  onMode: (mode: CompareMode) => void;
  /** Null where there have to be so many. */
  onWithout: ((id: string) => void) | null;
}

/** Two to four images in one of the ways of comparing, with what differs in their recipes. */
export function Comparison({ items, titleOf, mode, isPicked, onPick, onMode, onWithout }: ComparisonProps) {
  const [look, setLook] = useState<Look>(WHOLE);
  const shortcuts = useMemo<Shortcut[]>(
    () => [
      ...(onPick === null
        ? []
        : items.map((item, at) => ({
            keys: String(at + 1),
            words: `Pick image ${at + 1}, or take it back`,
            act: () => onPick(item),
          }))),
      { keys: "+", words: "Zoom in", act: () => setLook((before) => scaled(before, KEY_STEP)) },
      { keys: "-", words: "Zoom out", act: () => setLook((before) => scaled(before, 1 / KEY_STEP)) },
      { keys: "0", words: "Show the whole images", act: () => setLook(WHOLE) },
      ...(items.length === 2 ? [{ keys: "m", words: "Compare in the next way", act: () => onMode(after(mode)) }] : []),
    ],
    [items, onPick, onMode, mode],
  );
  useShortcuts(shortcuts);
  return (
    <>
      {mode === "side" || items.length !== 2 ? (
        <SideBySide
          items={items}
          titleOf={titleOf}
          look={look}
          onLook={setLook}
          isPicked={isPicked}
          onPick={onPick}
          onWithout={items.length > 2 ? onWithout : null}
        />
      ) : (
        <Layers items={items} titleOf={titleOf} mode={mode} look={look} onLook={setLook} />
      )}
      <RecipeTable items={items} titleOf={titleOf} isPicked={isPicked} />
    </>
  );
}

function after(mode: CompareMode): CompareMode {
  return COMPARE_MODES[(COMPARE_MODES.indexOf(mode) + 1) % COMPARE_MODES.length] ?? "side";
}
