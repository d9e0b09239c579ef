import { useEffect, useMemo } from "react";
import { type Shortcut, useShortcuts } from "@/layout/shortcuts";

const NOTHING = () => {};

/** Keys for all images, wherever the focus is but in a field; those on one image are only listed. */
export function useGalleryKeys(chooseAll: () => void, clear: () => void) {
  const listed = useMemo<Shortcut[]>(
    () => [
      { keys: "x", words: "Choose the image that has the focus", act: NOTHING },
      { keys: "shift+x", words: "Choose all from the last one to it", act: NOTHING },
    ],
    [],
  );
  useShortcuts(listed);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isElsewhere(event.target)) return;
      const isAll = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "a";
      if (isAll) {
        event.preventDefault();
        chooseAll();
      } else if (event.key === "Escape") clear();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [chooseAll, clear]);
}

/** In a field, or in a dialog, a menu or another thing that lies over the page. */
function isElsewhere(target: EventTarget | null): boolean {
  if (document.querySelector('[role="dialog"][aria-modal="true"]') !== null) return true;
  const within = "input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]";
  return target instanceof Element && target.closest(within) !== null;
}
