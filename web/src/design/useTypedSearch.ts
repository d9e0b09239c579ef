import { useEffect, useRef, useState } from "react";

const PAUSE_MS = 300;

/** Words as they are typed, said when typing pauses or at once; another address (a step back) replaces them. */
export function useTypedSearch(said: string, say: (words: string) => void) {
  const [words, setWords] = useState(said);
  const told = useRef(said);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (told.current === said) return;
    told.current = said;
    clearTimeout(timer.current);
    setWords(said);
  }, [said]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const latest = useRef(say);
  latest.current = say;
  const type = (next: string, isAtOnce = false) => {
    setWords(next);
    clearTimeout(timer.current);
    const tell = () => {
      told.current = next.trim();
      latest.current(next.trim());
    };
    if (isAtOnce) tell();
    else timer.current = setTimeout(tell, PAUSE_MS);
  };
  return [words, type] as const;
}
