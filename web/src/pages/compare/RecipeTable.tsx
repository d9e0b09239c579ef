import { Button, Group, Switch, Title, VisuallyHidden } from "@mantine/core";
import { IconTrophy, IconWand } from "@tabler/icons-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import type { ItemView } from "@/api/schema";
import { duration, money } from "@/design/formats";
import { openBuilderWith } from "@/pages/builder/handover";
import styles from "@/pages/compare/Compare.module.css";
import { useSession } from "@/session/useSession";
import { rowOf } from "@/viewer/handovers";
import { comparedLines, markedWords } from "@/viewer/recipes";

interface RecipeTableProps {
  items: readonly ItemView[];
  titleOf: (item: ItemView) => string;
  isPicked: (item: ItemView) => boolean;
}

/** The recipes side by side, with what differs marked. */
export function RecipeTable({ items, titleOf, isPicked }: RecipeTableProps) {
  const { can } = useSession();
  const navigate = useNavigate();
  const [isShort, setShort] = useState(false);
  const lines = [...comparedLines(items), ...factLines(items)];
  const shown = isShort ? lines.filter((line) => line.differs) : lines;
  const winners = items.filter(isPicked);
  return (
    <section className={styles.recipes} aria-label="Recipes">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h3">
          Recipes
        </Title>
        <Group gap="md">
          <Switch
            label="Only what differs"
            checked={isShort}
            onChange={(event) => setShort(event.currentTarget.checked)}
          />
          {can("make") && winners.length > 0 && (
            <Button
              size="xs"
              leftSection={<IconWand size={16} aria-hidden />}
              onClick={() => void navigate(openBuilderWith(winners.map(rowOf)))}
            >
              {winners.length === 1 ? "Use the winner's recipe" : "Use the winners' recipes"}
            </Button>
          )}
        </Group>
      </Group>
      <section className={styles.scroll} aria-label="Recipes side by side" tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">
                <VisuallyHidden>Setting</VisuallyHidden>
              </th>
              {items.map((item, at) => (
                <th scope="col" key={item.id}>
                  <kbd>{at + 1}</kbd> {titleOf(item)}{" "}
                  {isPicked(item) && <IconTrophy size={14} aria-label="picked" className={styles.won} />}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((line) => (
              <tr key={line.name} data-differs={line.differs || undefined}>
                <th scope="row">{line.name}</th>
                {line.values.map((value, at) => (
                  <td key={items[at]?.id}>
                    {line.name === "Prompt" ? (
                      <Prompt text={value} others={line.values.filter((_, other) => other !== at)} />
                    ) : (
                      value || "–"
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p className={styles.hint}>These recipes are the same in everything but chance.</p>}
      </section>
    </section>
  );
}

function Prompt({ text, others }: { text: string; others: readonly string[] }) {
  let from = 0;
  return markedWords(text, others).map((word) => {
    const key = from;
    from += word.text.length;
    return word.differs ? <mark key={key}>{word.text}</mark> : <span key={key}>{word.text}</span>;
  });
}

function factLines(items: readonly ItemView[]) {
  const facts: [string, (item: ItemView) => string][] = [
    ["Cost", (item) => money(item.cost_micros)],
    ["Took", (item) => (item.duration_ms === null ? "" : duration(item.duration_ms / 1000))],
  ];
  return facts
    .map(([name, tell]) => {
      const values = items.map(tell);
      return { name, values, differs: new Set(values).size > 1 };
    })
    .filter(({ values }) => values.some((value) => value !== ""));
}
