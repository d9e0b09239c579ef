import type { Expansion } from "../cells";
import { combinations, Refused, readCell, texts } from "../cells";
import { type ColumnKey, isField } from "../columns";
import { ReferenceThumbnail } from "../references/ReferenceThumbnail";
import { modeTitle } from "../words";
import classes from "./Sheet.module.css";
import type { Shown } from "./SheetRowView";

const THUMBNAILS = 4;

interface CellContentProps {
  column: ColumnKey;
  text: string;
  shown: Shown;
}

/** What a cell shows: its own text, or pale what the batch says where the row says nothing. */
export function CellContent({ column, text, shown }: CellContentProps) {
  const inherited = isField(column) ? (shown.defaults[column] ?? "") : "";
  const said = text || inherited;
  if (!said) return null;
  return (
    <span className={classes.text} data-inherited={!text || undefined}>
      <Said column={column} text={said} shown={shown} />
    </span>
  );
}

function Said({ column, text, shown }: CellContentProps) {
  if (column === "references") return <Thumbnails text={text} shown={shown} />;
  if (column === "expand") return expansionText(text);
  if (column === "reference_mode") return modeTitle(text);
  if (column === "model") return shown.models.find((model) => model.id === text)?.title ?? text;
  return text;
}

function Thumbnails({ text, shown }: { text: string; shown: Shown }) {
  const names = listed(text);
  return (
    <span className={classes.thumbnails}>
      {names.slice(0, THUMBNAILS).map((name) => (
        <ReferenceThumbnail key={name} name={name} reference={shown.references.get(name)} size={32} />
      ))}
      {names.length > THUMBNAILS && <span>+{names.length - THUMBNAILS}</span>}
    </span>
  );
}

function listed(text: string): string[] {
  try {
    return [...new Set(texts(text))];
  } catch {
    return [];
  }
}

/** An expansion in short: "2 ratios × 3 seeds = 6". */
export function expansionText(text: string): string {
  try {
    const expand = readCell("expand", text) as Expansion;
    const axes = Object.entries(expand).filter(([name]) => name !== "mode");
    const told = axes.map(([name, entries]) => `${(entries as unknown[]).length} ${AXIS_WORDS[name] ?? name}`);
    return `${told.join(expand.mode === "zip" ? " + " : " × ")} = ${combinations(expand)}`;
  } catch (error) {
    if (error instanceof Refused) return text;
    throw error;
  }
}

const AXIS_WORDS: Readonly<Record<string, string>> = {
  aspect_ratio: "ratios",
  model: "models",
  seed: "seeds",
  references: "reference sets",
  variables: "value sets",
};
