import { useEffect, useRef } from "react";
import { useLocation } from "react-router";

/** Moves the focus to the new page's heading, so that screen readers tell it and Tab goes on from there. */
export function useHeadingFocus() {
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    document.querySelector<HTMLElement>("[data-page-heading]")?.focus({ preventScroll: true });
  }, [pathname]);
}
