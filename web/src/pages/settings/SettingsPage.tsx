import { Button, SimpleGrid } from "@mantine/core";
import { IconLogout } from "@tabler/icons-react";
import { useMe, useOrganisation } from "@/api/me";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { LinesSkeleton } from "@/design/Skeletons";
import { ColoursSection } from "@/pages/settings/ColoursSection";
import { OrganisationSection } from "@/pages/settings/OrganisationSection";
import { PasswordSection } from "@/pages/settings/PasswordSection";
import { ProfileSection } from "@/pages/settings/ProfileSection";
import { Section } from "@/pages/settings/Section";
import { useSessionStore } from "@/session/useSession";

/** What is one's own: name, password, colours; and, for admins, the organisation's name and time zone. */
export function SettingsPage() {
  const me = useMe();
  const organisation = useOrganisation();
  const store = useSessionStore();
  return (
    <>
      <PageHeader title="Settings">
        <Button
          variant="default"
          leftSection={<IconLogout size={16} stroke={1.75} aria-hidden />}
          onClick={() => void store.leave()}
        >
          Sign out
        </Button>
      </PageHeader>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg" maw={1120}>
        <Section title="You" description="How others see who made a batch.">
          {me.isPending && <LinesSkeleton lines={4} />}
          {me.isError && <ErrorState error={me.error} onRetry={() => void me.refetch()} compact />}
          {me.data !== undefined && <ProfileSection key={me.data.user.name} me={me.data} />}
        </Section>
        <ColoursSection />
        <Section title="Organisation" description="Days of limits, costs and reports are days of its time zone.">
          {organisation.isPending && <LinesSkeleton lines={4} />}
          {organisation.isError && (
            <ErrorState error={organisation.error} onRetry={() => void organisation.refetch()} compact />
          )}
          {organisation.data !== undefined && <OrganisationSection organisation={organisation.data} />}
        </Section>
        <PasswordSection />
      </SimpleGrid>
    </>
  );
}
