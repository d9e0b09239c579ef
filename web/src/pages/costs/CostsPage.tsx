import { Group, SegmentedControl, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useSearchParams } from "react-router";
import { useOrganisation } from "@/api/me";
import type { OrganisationNowView } from "@/api/schema";
import { type UsageGroup, useUsage } from "@/api/usage";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { RowsSkeleton } from "@/design/Skeletons";
import { ChartSkeleton } from "@/pages/costs/ChartSkeleton";
import { CostTotals } from "@/pages/costs/CostTotals";
import { everyDay } from "@/pages/costs/days";
import { ExportMenu } from "@/pages/costs/ExportMenu";
import { PeriodPicker } from "@/pages/costs/PeriodPicker";
import { daysBefore, type Period, parametersOf, periodOf } from "@/pages/costs/periods";
import { ReportList } from "@/pages/costs/ReportList";
import { UsageTable } from "@/pages/costs/UsageTable";

const DayChart = lazy(async () => ({ default: (await import("@/pages/costs/DayChart")).DayChart }));
const RankChart = lazy(async () => ({ default: (await import("@/pages/costs/RankChart")).RankChart }));

const GROUPS: { value: UsageGroup; label: string }[] = [
  { value: "day", label: "Day" },
  { value: "model", label: "Model" },
  { value: "member", label: "Member" },
  { value: "batch", label: "Batch" },
];

/** What was made and spent, in the organisation's own days. */
export function CostsPage() {
  const organisation = useOrganisation();
  if (organisation.data !== undefined) return <Costs organisation={organisation.data} />;
  return (
    <Stack gap="lg">
      <PageHeader title="Costs" description="From the ledger of every call to a model." />
      {organisation.isError ? (
        <ErrorState error={organisation.error} onRetry={() => void organisation.refetch()} />
      ) : (
        <SpendSkeleton />
      )}
    </Stack>
  );
}

function Costs({ organisation: { day: today, time_zone } }: { organisation: OrganisationNowView }) {
  const [search, setSearch] = useSearchParams();
  const period = periodOf(search, today);
  const group = GROUPS.find(({ value }) => value === search.get("by"))?.value ?? "day";
  const lead = (to: Period, by: UsageGroup) => {
    const parameters = { ...parametersOf(to), ...(by !== "day" && { by }) };
    setSearch(parameters, { replace: true, preventScrollReset: true });
  };
  return (
    <Stack gap="lg">
      <div>
        <PageHeader
          title="Costs"
          description={`From the ledger of every call to a model. Days are those of ${time_zone}.`}
        >
          <ExportMenu period={period} group={group} />
        </PageHeader>
        <PeriodPicker period={period} today={today} onChange={(to) => lead(to, group)} />
      </div>
      <CostTotals period={period} />
      <Stack gap="sm">
        <Group justify="space-between">
          <SegmentedControl
            aria-label="Spend by"
            data={GROUPS}
            value={group}
            onChange={(by) => lead(period, by as UsageGroup)}
          />
        </Group>
        <Spend period={period} group={group} />
      </Stack>
      <ReportList period={period} />
    </Stack>
  );
}

function Spend({ period, group }: { period: Period; group: UsageGroup }) {
  const queries = useQueryClient();
  const usage = useUsage(period, group);
  const then = daysBefore(period);
  const earlier = useUsage(then, group);
  if (usage.isError) {
    return <ErrorState error={usage.error} onRetry={() => void queries.invalidateQueries({ queryKey: ["usage"] })} />;
  }
  if (usage.isPending) return <SpendSkeleton />;
  return (
    <>
      <Suspense fallback={<ChartSkeleton />}>
        {group === "day" ? (
          <DayChart rows={everyDay(period, usage.data.usage)} earlier={everyDay(then, earlier.data?.usage ?? [])} />
        ) : (
          <RankChart group={group} rows={usage.data.usage} />
        )}
      </Suspense>
      <UsageTable group={group} rows={usage.data.usage} totalMicros={usage.data.total_micros} />
    </>
  );
}

function SpendSkeleton() {
  return (
    <>
      <ChartSkeleton />
      <RowsSkeleton rows={6} columns={4} />
    </>
  );
}
