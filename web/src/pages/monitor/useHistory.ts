import { useState } from "react";
import type { MonitorView } from "@/api/schema";
import { type History, remembered } from "@/pages/monitor/histories";

/** What was polled since the page was opened. */
export function useHistory(now: MonitorView): History {
  const [history, setHistory] = useState<History>(() => remembered({}, now));
  const next = remembered(history, now);
  // Kept while rendering, as React advises for what follows from a changed value.
  if (next !== history) setHistory(next);
  return next;
}
