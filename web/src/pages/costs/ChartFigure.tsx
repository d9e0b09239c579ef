import "@mantine/charts/styles.css";
import { Paper, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import type { UsageGroup } from "@/api/usage";
import { GROUP_WORDS } from "@/pages/costs/names";

/** The frame of a chart; it says to those who do not see it where the figures are. */
export function ChartFigure({ group, children }: { group: UsageGroup; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="figure" m={0}>
      <VisuallyHidden component="figcaption">
        Spend by {GROUP_WORDS[group].toLowerCase()}. Arrow keys go from bar to bar; the table below has every figure.
      </VisuallyHidden>
      {children}
    </Paper>
  );
}
