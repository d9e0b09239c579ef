import { useMatch } from "react-router";

/** Whether the page is at this place of the navigation, or below it; a new batch is a place of its own. */
export function useIsHere(to: string): boolean {
  const isBelow = useMatch({ path: to, end: false }) !== null;
  const isNew = useMatch("/batches/new") !== null;
  return isBelow && !(isNew && to === "/batches");
}
