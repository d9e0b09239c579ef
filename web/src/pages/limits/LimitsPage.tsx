import { SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconGauge } from "@tabler/icons-react";
import { useLimits } from "@/api/limits";
import { EmptyState } from "@/design/EmptyState";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { CreditSection } from "@/pages/limits/CreditSection";
import { LimitMeter } from "@/pages/limits/LimitMeter";
import { MemberLimitSection } from "@/pages/limits/MemberLimitSection";
import { SettingSection } from "@/pages/limits/SettingSection";
import { useSession } from "@/session/useSession";

/** What may be spent and how much of it is left; admins set it. */
export function LimitsPage() {
  const { can } = useSession();
  const limits = useLimits();
  const isAdmin = can("administer");
  return (
    <>
      <PageHeader
        title="Limits"
        description={
          limits.data === undefined
            ? "What may be spent, and how much of it is left."
            : `What may be spent, and how much of it is left. Days and months are those of ${limits.data.time_zone}.`
        }
      />
      {limits.isPending && <MetersSkeleton />}
      {limits.isError && <ErrorState error={limits.error} onRetry={() => void limits.refetch()} />}
      {limits.data !== undefined && (
        <Stack gap={32}>
          <Stack gap="sm" component="section" aria-labelledby="in-force">
            <Title order={2} size="h3" id="in-force">
              What binds you now
            </Title>
            {limits.data.in_force.length === 0 ? (
              <EmptyState icon={IconGauge} title="Nothing is limited">
                {isAdmin
                  ? "Set a limit below: images stop before they would spend more, and people are warned in time."
                  : "You may spend as much as your batches need. An admin can set limits."}
              </EmptyState>
            ) : (
              <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="sm">
                {limits.data.in_force.map((standing) => (
                  <LimitMeter key={`${standing.holder} ${standing.period} ${standing.unit}`} standing={standing} />
                ))}
              </SimpleGrid>
            )}
            {!isAdmin && (
              <Text size="sm" c="dimmed">
                Admins set limits and grant credits. Ask one of them if you need more.
              </Text>
            )}
          </Stack>
          {isAdmin && <SettingSection limits={limits.data} />}
          {isAdmin && <MemberLimitSection />}
          <CreditSection isAdmin={isAdmin} />
        </Stack>
      )}
    </>
  );
}

function MetersSkeleton() {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="sm" role="status" aria-label="Loading">
      {["one", "two", "three"].map((one) => (
        <Skeleton key={one} height={120} />
      ))}
    </SimpleGrid>
  );
}
