import { useMediaQuery } from "@mantine/hooks";
import { useCallback, useEffect, useRef, useState } from "react";
import { useLocation } from "react-router";

/** Up to where the shell is a phone's; as the theme's breakpoint "sm". */
const PHONE = "(max-width: 47.99em)";

/** The navigation as a phone's menu: closed, nothing in it can be reached; open, it has the focus, and the page cannot be.
 *
 * Whoever goes to another page by it, or by a shortcut, has no use for it any more.
 */
export function useMenu() {
  const isPhone = useMediaQuery(PHONE, false, { getInitialValueInEffect: false });
  const { pathname } = useLocation();
  const [openedAt, setOpenedAt] = useState<string | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const isOpen = isPhone && openedAt === pathname;
  const close = useCallback(() => setOpenedAt(null), []);

  useEffect(() => {
    const [opener, menu] = [button.current, layer.current];
    if (!isOpen || opener === null || menu === null) return;
    // Not React's events: those come from dialogs and menus that were opened here, too.
    const parts: HTMLElement[] = [opener, menu];
    const leave = (event: KeyboardEvent) => event.key === "Escape" && !event.defaultPrevented && close();
    for (const part of parts) part.addEventListener("keydown", leave);
    for (const one of menu.querySelectorAll<HTMLElement>("a, button")) {
      one.focus({ preventScroll: true });
      // What only a desktop shows does not take it.
      if (document.activeElement === one) break;
    }
    return () => {
      for (const part of parts) part.removeEventListener("keydown", leave);
      opener.focus({ preventScroll: true });
    };
  }, [isOpen, close]);

  return {
    isOpen,
    isOutOfReach: isPhone && !isOpen,
    button,
    layer,
    toggle: () => setOpenedAt(isOpen ? null : pathname),
    close,
  };
}
