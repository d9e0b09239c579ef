import { Anchor, Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { type Days, useCostReports } from "@/api/usage";
import { ErrorState } from "@/design/ErrorState";
import { day, figure } from "@/design/formats";
import { Money } from "@/design/Money";
import { RowsSkeleton } from "@/design/Skeletons";

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
        <Table.ScrollContainer minWidth={460} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Day</Table.Th>
                <Table.Th>Time zone</Table.Th>
                <Table.Th ta="right">Images</Table.Th>
                <Table.Th ta="right">Spent</Table.Th>
                <Table.Th ta="right">Download</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {reports.map((report) => (
                <Table.Tr key={report.day}>
                  <Table.Td>{day(report.day)}</Table.Td>
                  <Table.Td c="dimmed">{report.time_zone}</Table.Td>
                  <Table.Td ta="right">{figure(report.total.images)}</Table.Td>
                  <Table.Td ta="right">
                    <Money micros={report.total.cost_micros} />
                  </Table.Td>
                  <Table.Td>
                    <Group gap="sm" justify="flex-end">
                      <Anchor size="sm" href={report.csv_url} download aria-label={`CSV of ${day(report.day)}`}>
                        CSV
                      </Anchor>
                      <Anchor size="sm" href={report.json_url} download aria-label={`JSON of ${day(report.day)}`}>
                        JSON
                      </Anchor>
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
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
