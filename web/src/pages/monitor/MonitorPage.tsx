import { Alert, SimpleGrid, Skeleton, Stack } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useMonitor } from "@/api/monitor";
import type { MonitorView } from "@/api/schema";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { FailureSection } from "@/pages/monitor/FailureSection";
import { LaneSection } from "@/pages/monitor/LaneSection";
import { ModelSection } from "@/pages/monitor/ModelSection";
import { MonitorStatus } from "@/pages/monitor/MonitorStatus";
import { SlowSection } from "@/pages/monitor/SlowSection";
import { SpendSection } from "@/pages/monitor/SpendSection";
import { useHistory } from "@/pages/monitor/useHistory";
import { AdminsOnly } from "@/session/AdminsOnly";

/** The organisation's work at this moment. */
export function MonitorPage() {
  return (
    <AdminsOnly title="Monitor">
      <Monitor />
    </AdminsOnly>
  );
}

function Monitor() {
  const monitor = useMonitor(true);
  const now = monitor.data;
  return (
    <>
      <PageHeader title="Monitor" description="What waits, runs, fails and costs now.">
        <MonitorStatus at={now?.at ?? null} isLost={monitor.isError || monitor.failureCount > 0} />
      </PageHeader>
      {monitor.isPending && <MonitorSkeleton />}
      {monitor.isError && now === undefined && (
        <ErrorState error={monitor.error} onRetry={() => void monitor.refetch()} />
      )}
      {now !== undefined && <Sections now={now} />}
    </>
  );
}

function Sections({ now }: { now: MonitorView }) {
  const history = useHistory(now);
  return (
    <Stack gap="lg">
      {now.unavailable.length > 0 && (
        <Alert color="yellow" icon={<IconInfoCircle size={18} aria-hidden />} title="Some of it could not be read">
          Not known now: {now.unavailable.map((name) => name.replaceAll("_", " ")).join(", ")}. The page asks again by
          itself.
        </Alert>
      )}
      {now.is_partial && (
        <Alert color="gray" icon={<IconInfoCircle size={18} aria-hidden />}>
          Lanes and slow batches tell of the 200 oldest live batches only.
        </Alert>
      )}
      {now.lanes !== null && <LaneSection lanes={now.lanes} leases={now.leases} history={history} />}
      <SimpleGrid cols={{ base: 1, lg: 3 }} spacing="sm">
        {now.slow_batches !== null && <SlowSection batches={now.slow_batches} webhooks={now.failing_webhooks ?? []} />}
        {now.dead_letters !== null && <FailureSection failures={now.dead_letters} />}
        {now.spend !== null && <SpendSection spend={now.spend} limits={now.limits ?? []} />}
      </SimpleGrid>
      {now.models !== null && <ModelSection models={now.models} />}
    </Stack>
  );
}

function MonitorSkeleton() {
  return (
    <Stack gap="lg" role="status" aria-label="Loading">
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
        {["one", "two", "three"].map((one) => (
          <Skeleton key={one} height={150} />
        ))}
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, lg: 3 }} spacing="sm">
        <Skeleton height={220} />
        <Skeleton height={220} />
        <Skeleton height={220} />
      </SimpleGrid>
    </Stack>
  );
}
