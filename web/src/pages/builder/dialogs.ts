/** What is open over the sheet. */
import type { Mapped } from "./imports";

export type Dialog =
  /** The gallery, choosing for these rows; for all where none are named. */
  | { kind: "gallery"; rows: ReadonlySet<string> | null }
  | { kind: "expansion"; rows: ReadonlySet<string> }
  | { kind: "import"; name: string; grid: readonly (readonly string[])[]; guess: readonly Mapped[] }
  | { kind: "column" };
