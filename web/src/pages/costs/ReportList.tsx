import { Anchor, Button, Group, Stack, Text, Title } from "@mantine/core";
import type { CostReportView } from "@/api/schema";
import { type Days, useCostReports } from "@/api/usage";
import { type Column, DataTable } from "@/design/DataTable";
import { ErrorState } from "@/design/ErrorState";
import { day, figure } from "@/design/formats";
import { Money } from "@/design/Money";
import { RowsSkeleton } from "@/design/Skeletons";

const COLUMNS: Column<CostReportView>[] = [
  { name: "Day", part: "title", cell: (report) => day(report.day) },
  { name: "Time zone", cell: (report) => report.time_zone },
  { name: "Images", isNumber: true, cell: (report) => figure(report.total.images) },
  { name: "Spent", isNumber: true, cell: (report) => <Money micros={report.total.cost_micros} /> },
  {
    name: "Download",
    part: "corner",
    isNumber: true,
    cell: (report) => (
      <Group gap="md" justify="flex-end" wrap="nowrap">
        <Anchor size="sm" href={report.csv_url} download aria-label={`CSV of ${day(report.day)}`}>
          CSV
        </Anchor>
        <Anchor size="sm" href={report.json_url} download aria-label={`JSON of ${day(report.day)}`}>
          JSON
        </Anchor>
      </Group>
    ),
  },
];

/** The reports that are made of each finished day, to be downloaded whole. */
export function ReportList({ period }: { period: Days }) {
  const pages = useCostReports(period);
  const reports = pages.data?.pages.flatMap((page) => page.reports) ?? [];
  return (
    <Stack gap="sm" component="section" aria-labelledby="daily-reports">
      <div>
        <Title order={2} size="h3" id="daily-reports">
          Daily reports
        </Title>
        <Text size="sm" c="dimmed">
          Each finished day of your organisation's own time zone, with every member, model and batch of it.
        </Text>
      </div>
      {pages.isPending && <RowsSkeleton rows={3} columns={4} />}
      {pages.isError && <ErrorState compact error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isSuccess && reports.length === 0 && (
        <Text size="sm" c="dimmed" py="sm">
          There is no report of these days yet. One is made when a day on which something was made has ended.
        </Text>
      )}
      {reports.length > 0 && (
        <DataTable label="Daily reports" columns={COLUMNS} rows={reports} keyOf={(report) => report.day} />
      )}
      {pages.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show more
          </Button>
        </Group>
      )}
    </Stack>
  );
}
