import { Collapse, Group, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle, IconChevronDown } from "@tabler/icons-react";
import { count } from "@/design/formats";
import classes from "./Builder.module.css";
import { type ColumnKey, isField, TITLES, titleOf } from "./columns";
import type { Problems } from "./problems";
import type { SheetRow } from "./sheets";

interface ProblemListProps {
  problems: Problems;
  rows: readonly SheetRow[];
  onJump(row: number, column: ColumnKey): void;
}

const SHOWN = 100;

/** Everything that keeps the batch from being started; each entry leads to its cell. */
export function ProblemList({ problems, rows, onJump }: ProblemListProps) {
  const [open, { toggle }] = useDisclosure(true);
  const cells = rows.flatMap((row, place) =>
    (problems.cells.get(row.id) ?? []).map((wrong) => ({ ...wrong, place, id: row.id })),
  );
  const total = cells.length + problems.others.length;
  if (total === 0) return null;
  return (
    <section className={classes.problems} aria-label="Problems">
      <UnstyledButton onClick={toggle} aria-expanded={open} className={classes.problemsHead}>
        <IconAlertTriangle size={16} stroke={1.8} aria-hidden />
        <Text size="sm" fw={600}>
          {count(total, "problem")} to mend
        </Text>
        <IconChevronDown size={16} aria-hidden data-open={open || undefined} />
      </UnstyledButton>
      <Collapse expanded={open}>
        <ul className={classes.problemList}>
          {problems.others.map((problem) => (
            <li key={problem.detail}>
              <Group gap={6} wrap="nowrap" align="baseline">
                {problem.place.at === "default" && (
                  <Text size="xs" fw={600} style={{ whiteSpace: "nowrap" }}>
                    {TITLES[problem.place.field]}
                  </Text>
                )}
                <Text size="xs">{problem.detail}</Text>
              </Group>
            </li>
          ))}
          {cells.slice(0, SHOWN).map((wrong) => (
            <li key={`${wrong.id} ${wrong.column} ${wrong.detail}`}>
              <UnstyledButton className={classes.problem} onClick={() => onJump(wrong.place, wrong.column)}>
                <Text span size="xs" fw={600} style={{ whiteSpace: "nowrap" }}>
                  Row {wrong.place + 1}, {isField(wrong.column) ? TITLES[wrong.column] : titleOf(wrong.column)}
                </Text>
                <Text span size="xs">
                  {wrong.detail}
                </Text>
              </UnstyledButton>
            </li>
          ))}
        </ul>
        {cells.length > SHOWN && (
          <Text size="xs" c="dimmed" px="sm" pb="xs">
            and {count(cells.length - SHOWN, "more problem")}
          </Text>
        )}
      </Collapse>
    </section>
  );
}
