import { SimpleGrid, Skeleton } from "@mantine/core";
import { useLimits } from "@/api/limits";
import { useUsage } from "@/api/usage";
import { count, day, figure, money, percent } from "@/design/formats";
import { Money } from "@/design/Money";
import { Statistic } from "@/design/Statistic";
import { change, daysBefore, daysOf, type Period } from "@/pages/costs/periods";
import { LimitMeter } from "@/pages/limits/LimitMeter";

/** The period in a few figures, beside the one before, and what the limits leave. */
export function CostTotals({ period }: { period: Period }) {
  const earlierDays = daysBefore(period);
  const usage = useUsage(period, "day");
  const earlier = useUsage(earlierDays, "day");
  const limits = useLimits();
  if (usage.data === undefined) return usage.isPending ? <TotalsSkeleton /> : null;
  const rows = usage.data.usage;
  const [images, calls] = [
    rows.reduce((sum, row) => sum + row.images, 0),
    rows.reduce((sum, row) => sum + row.calls, 0),
  ];
  const spent = usage.data.total_micros;
  const ours = limits.data?.in_force.filter((one) => one.holder === "organisation" && one.unit === "micros") ?? [];
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
        <Statistic
          label="Spent"
          value={<Money micros={spent} />}
          note={changeWords(spent, earlier.data?.total_micros)}
        />
        <Statistic
          label="Period before"
          value={earlier.data === undefined ? "–" : <Money micros={earlier.data.total_micros} />}
          note={`${day(earlierDays.from)} – ${day(earlierDays.to)}`}
        />
        <Statistic label="Images" value={figure(images)} note={`by ${count(calls, "call")}`} />
        <Statistic
          label="An image"
          value={images > 0 ? <Money micros={Math.round(spent / images)} /> : "–"}
          note={`${money(Math.round(spent / daysOf(period)))} a day`}
        />
      </SimpleGrid>
      {ours.length > 0 && (
        <SimpleGrid cols={{ base: 1, md: Math.min(ours.length, 3) }} spacing="sm">
          {ours.map((standing) => (
            <LimitMeter key={standing.name} standing={standing} />
          ))}
        </SimpleGrid>
      )}
    </>
  );
}

function changeWords(now: number, then: number | undefined): string {
  if (then === undefined) return "";
  const share = change(now, then);
  if (share === null) return now === 0 ? "as before" : "nothing was spent before";
  if (Math.abs(share) < 0.005) return "as much as before";
  return `${percent(Math.abs(share))} ${share > 0 ? "more" : "less"} than before`;
}

function TotalsSkeleton() {
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm" aria-label="Loading" role="status">
      {["spent", "before", "images", "each"].map((figureName) => (
        <Skeleton key={figureName} height={100} />
      ))}
    </SimpleGrid>
  );
}
