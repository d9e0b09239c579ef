import "@mantine/charts/styles.css";
import { BarChart, CompositeChart } from "@mantine/charts";
import { Paper, VisuallyHidden } from "@mantine/core";
import type { UsageRow } from "@/api/schema";
import type { UsageGroup } from "@/api/usage";
import { money } from "@/design/formats";
import { CHART_HEIGHT } from "@/pages/costs/ChartSkeleton";
import { GROUP_WORDS, nameOf } from "@/pages/costs/names";

const MOST_BARS = 12;
const BAR_HEIGHT = 34;
const NOW = "This period";
const THEN = "Period before";

interface SpendChartProps {
  group: UsageGroup;
  rows: readonly UsageRow[];
  /** Of the period before, in the same order of days. */
  earlier: readonly UsageRow[];
}

/** Spend as bars: days beside those of the period before, or the dearest models, members or batches. The table beside it has every figure. */
export function SpendChart({ group, rows, earlier }: SpendChartProps) {
  return (
    <Paper withBorder p="md" component="figure" m={0}>
      <VisuallyHidden component="figcaption">
        Spend by {GROUP_WORDS[group].toLowerCase()}; the table below has every figure. Arrow keys go from bar to bar.
      </VisuallyHidden>
      {group === "day" ? <DayChart rows={rows} earlier={earlier} /> : <RankChart group={group} rows={rows} />}
    </Paper>
  );
}

function DayChart({ rows, earlier }: Omit<SpendChartProps, "group">) {
  const data = rows.map((row, index) => ({
    day: nameOf("day", row),
    [NOW]: row.cost_micros,
    ...(earlier[index] !== undefined && { [THEN]: earlier[index].cost_micros }),
  }));
  return (
    <CompositeChart
      h={CHART_HEIGHT}
      data={data}
      dataKey="day"
      withLegend
      legendProps={{ verticalAlign: "top", height: 32 }}
      valueFormatter={money}
      maxBarWidth={28}
      yAxisProps={{ width: 68 }}
      xAxisProps={{ minTickGap: 24 }}
      curveType="linear"
      series={[
        { name: NOW, type: "bar", color: "var(--ff-tone-active-solid)" },
        { name: THEN, type: "line", color: "var(--mantine-color-dimmed)", strokeDasharray: "4 4" },
      ]}
      lineProps={{ dot: false, strokeWidth: 1.5 }}
    />
  );
}

function RankChart({ group, rows }: Pick<SpendChartProps, "group" | "rows">) {
  const data = rows.slice(0, MOST_BARS).map((row) => ({ name: short(nameOf(group, row)), [NOW]: row.cost_micros }));
  return (
    <BarChart
      h={Math.max(120, data.length * BAR_HEIGHT + 48)}
      data={data}
      dataKey="name"
      orientation="vertical"
      valueFormatter={money}
      gridAxis="x"
      yAxisProps={{ width: 140 }}
      maxBarWidth={18}
      series={[{ name: NOW, color: "var(--ff-tone-active-solid)" }]}
    />
  );
}

function short(name: string): string {
  return name.length > 22 ? `${name.slice(0, 21)}…` : name;
}
