import { useMemo } from "react";
import { type Shortcut, useShortcuts } from "@/layout/shortcuts";

interface Acts {
  choose: (place: number) => void;
  pick: (place: number) => void;
  compare: () => void;
  clear: () => void;
  resize: (step: 1 | -1) => void;
}

const NOTHING = () => {};

/** Keys on the tile that has the focus; they are listed under "?" with the others. */
export function useWallKeys(acts: Acts): (key: string, place: number) => boolean {
  const listed = useMemo<Shortcut[]>(
    () =>
      [
        ["x", "Choose the image that has the focus"],
        ["p", "Pick it, or all that are chosen, as winners"],
        ["v", "Compare the chosen images"],
        ["+", "Larger tiles"],
        ["-", "Smaller tiles"],
      ].map(([keys = "", words = ""]) => ({ keys, words, act: NOTHING })),
    [],
  );
  useShortcuts(listed);
  return (key, place) => {
    switch (key.toLowerCase()) {
      case "x":
        acts.choose(place);
        return true;
      case "p":
        acts.pick(place);
        return true;
      case "v":
        acts.compare();
        return true;
      case "escape":
        acts.clear();
        return true;
      case "+":
      case "=":
        acts.resize(1);
        return true;
      case "-":
        acts.resize(-1);
        return true;
      default:
        return false;
    }
  };
}
