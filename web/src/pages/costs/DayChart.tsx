import { CompositeChart } from "@mantine/charts";
import type { UsageRow } from "@/api/schema";
import { money } from "@/design/formats";
import { ChartFigure } from "@/pages/costs/ChartFigure";
import { CHART_HEIGHT } from "@/pages/costs/ChartSkeleton";
import { nameOf } from "@/pages/costs/names";

const NOW = "This period";
const THEN = "Period before";

interface DayChartProps {
  /** One for each day. */
  rows: readonly UsageRow[];
  /** Of the period before, day by day. */
  earlier: readonly UsageRow[];
}

/** Each day's spend as a bar, and the period before as a dashed line: told apart without their colours. */
export function DayChart({ rows, earlier }: DayChartProps) {
  const data = rows.map((row, index) => ({
    day: nameOf("day", row),
    [NOW]: row.cost_micros,
    ...(earlier[index] !== undefined && { [THEN]: earlier[index].cost_micros }),
  }));
  const isFree = [...rows, ...earlier].every((row) => row.cost_micros === 0);
  return (
    <ChartFigure group="day">
      <CompositeChart
        h={CHART_HEIGHT}
        data={data}
        dataKey="day"
        withLegend
        legendProps={{ verticalAlign: "top", height: 32 }}
        valueFormatter={money}
        maxBarWidth={28}
        yAxisProps={{ width: 68, ...(isFree && { ticks: [0] }) }}
        xAxisProps={{ minTickGap: 24 }}
        curveType="linear"
        series={[
          { name: NOW, type: "bar", color: "var(--ff-tone-active-solid)" },
          { name: THEN, type: "line", color: "var(--mantine-color-dimmed)", strokeDasharray: "4 4" },
        ]}
        lineProps={{ dot: false, strokeWidth: 1.5 }}
      />
    </ChartFigure>
  );
}
