import { BarChart } from "@mantine/charts";
import type { UsageRow } from "@/api/schema";
import type { UsageGroup } from "@/api/usage";
import { money } from "@/design/formats";
import { ChartFigure } from "@/pages/costs/ChartFigure";
import { nameOf } from "@/pages/costs/names";

const MOST_BARS = 10;
const BAR_HEIGHT = 34;
const LONGEST_NAME = 22;

/** The dearest models, members or batches as bars. */
export function RankChart({ group, rows }: { group: UsageGroup; rows: readonly UsageRow[] }) {
  const data = rows.slice(0, MOST_BARS).map((row) => ({ name: short(nameOf(group, row)), Spent: row.cost_micros }));
  if (data.length === 0) return null;
  return (
    <ChartFigure group={group}>
      <BarChart
        h={data.length * BAR_HEIGHT + 48}
        data={data}
        dataKey="name"
        orientation="vertical"
        valueFormatter={money}
        gridAxis="y"
        yAxisProps={{ width: 140 }}
        maxBarWidth={18}
        series={[{ name: "Spent", color: "var(--ff-tone-active-solid)" }]}
      />
    </ChartFigure>
  );
}

function short(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}
