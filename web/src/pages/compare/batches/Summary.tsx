import { Text, Title, VisuallyHidden } from "@mantine/core";
import { IconUnlink } from "@tabler/icons-react";
import { useMemo } from "react";
import { count, figure } from "@/design/formats";
import { Notice } from "@/design/Notice";
import type { Both } from "@/pages/compare/batches/BatchComparison";
import styles from "@/pages/compare/batches/Batches.module.css";
import { figureLines } from "@/pages/compare/batches/figures";
import { type IsPicked, type Pair, placesOf, unpaired } from "@/pages/compare/batches/pairs";
import { SideMark } from "@/pages/compare/batches/SideMark";
import { type Difference, differences } from "@/pages/compare/batches/settings";
import { markedWords } from "@/viewer/recipes";

interface SummaryProps {
  both: Both;
  pairs: readonly Pair[];
  isPicked: IsPicked;
}

/** What was asked for differently, what it came to, and which rows have no partner. */
export function Summary({ both, pairs, isPicked }: SummaryProps) {
  const { a, b } = both;
  const isWhole = a.isWhole && b.isWhole;
  const different = useMemo(() => differences(a, b, pairs), [a, b, pairs]);
  const lines = figureLines(a, b, isPicked);
  return (
    <>
      <div className={styles.summary}>
        <section aria-labelledby="differences">
          <Title order={2} size="h4" id="differences">
            What is different
          </Title>
          <Table heads={["Setting", "A", "B"]}>
            {different.map((one) => (
              <tr key={one.name}>
                <th scope="row">
                  {one.name} {one.note !== "" && <small>{one.note}</small>}
                </th>
                <Values of={one} />
              </tr>
            ))}
          </Table>
          {different.length === 0 && (
            <Text size="sm" c="dimmed" mt="xs">
              The settings are the same: only chance tells them apart.
            </Text>
          )}
        </section>
        <section aria-labelledby="figures" data-waits={!isWhole || undefined}>
          <Title order={2} size="h4" id="figures">
            What it came to
          </Title>
          <Table heads={["Figure", "A", "B"]}>
            {lines.map((line) => (
              <tr key={line.name}>
                <th scope="row">{line.name}</th>
                {([line.a, line.b] as const).map((value, at) => (
                  <td
                    key={at === 0 ? "a" : "b"}
                    data-figures
                    data-better={line.better === (at === 0 ? "a" : "b") || undefined}
                  >
                    {value}
                  </td>
                ))}
              </tr>
            ))}
          </Table>
        </section>
      </div>
      {isWhole ? (
        <Alone pairs={pairs} />
      ) : (
        <Text size="sm" c="dimmed" role="status" data-figures mb="sm">
          Reading the images: {figure(a.items.length)} of {figure(a.batch.progress.total)} in A,{" "}
          {figure(b.items.length)} of {figure(b.batch.progress.total)} in B.
        </Text>
      )}
    </>
  );
}

function Table({ heads, children }: { heads: [string, string, string]; children: React.ReactNode }) {
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">
            <VisuallyHidden>{heads[0]}</VisuallyHidden>
          </th>
          <th scope="col">
            <SideMark side="a" />
          </th>
          <th scope="col">
            <SideMark side="b" />
          </th>
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

function Values({ of: { a, b, isText } }: { of: Difference }) {
  if (!isText) {
    return (
      <>
        <td>{a || "–"}</td>
        <td>{b || "–"}</td>
      </>
    );
  }
  return (
    <>
      <td>
        <Marked text={a} other={b} />
      </td>
      <td>
        <Marked text={b} other={a} />
      </td>
    </>
  );
}

/** A sentence, in which words that the other one lacks are marked. */
export function Marked({ text, other }: { text: string; other: string }) {
  let from = 0;
  return markedWords(text, [other]).map((word) => {
    const key = from;
    from += word.text.length;
    return word.differs ? <mark key={key}>{word.text}</mark> : <span key={key}>{word.text}</span>;
  });
}

function Alone({ pairs }: { pairs: readonly Pair[] }) {
  const { a, b } = unpaired(pairs);
  if (a.length === 0 && b.length === 0) return null;
  const told = [
    { side: "A", other: "B", alone: a },
    { side: "B", other: "A", alone: b },
  ].filter(({ alone }) => alone.length > 0);
  const words = told.map(
    ({ side, other, alone }) =>
      `${count(alone.length, "image")} of ${side} (${placesOf(alone.map((pair) => pair.row))}) ${
        alone.length === 1 ? "has" : "have"
      } no partner in ${other}.`,
  );
  return (
    <Notice tone="neutral" icon={IconUnlink}>
      Images are paired by their row and variant. {words.join(" ")}
    </Notice>
  );
}
