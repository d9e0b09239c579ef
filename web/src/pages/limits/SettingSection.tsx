import { Button, Group, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { type LimitsHeld, setBatchesLimits, setMembersLimits, setOrganisationLimits } from "@/api/limits";
import { LimitForm, type Setting } from "@/pages/limits/LimitForm";
import { bodyOf, FIELD_WORDS, limitWords, MEMBER_FIELDS, MONEY_FIELDS } from "@/pages/limits/settings";

/** The limits of the organisation, of every member and of every batch, each to be changed. */
export function SettingSection({ limits }: { limits: LimitsHeld }) {
  const [setting, setSetting] = useState<Setting | null>(null);
  return (
    <Stack gap="sm" component="section" aria-labelledby="set-limits">
      <Title order={2} size="h3" id="set-limits">
        Limits that are set
      </Title>
      <SimpleGrid cols={{ base: 1, md: 3 }} spacing="sm">
        {settingsOf(limits).map((one) => (
          <SettingCard key={one.title} setting={one} onChange={() => setSetting(one)} />
        ))}
      </SimpleGrid>
      <LimitForm setting={setting} onClose={() => setSetting(null)} />
    </Stack>
  );
}

function SettingCard({ setting, onChange }: { setting: Setting; onChange: () => void }) {
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb="xs" wrap="nowrap">
        <Text fw={550}>{setting.title}</Text>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPencil size={14} aria-hidden />}
          onClick={onChange}
          aria-label={`Change the limits: ${setting.title}`}
        >
          Change
        </Button>
      </Group>
      <Stack gap={4}>
        {setting.fields.map((field) => (
          <Group key={field} justify="space-between" gap="xs">
            <Text size="sm" c="dimmed">
              {FIELD_WORDS[field].label}
            </Text>
            <Text size="sm" {...(setting.limits[field] === null && { c: "dimmed" })} data-figures>
              {limitWords(field, setting.limits[field])}
            </Text>
          </Group>
        ))}
        {setting.warnPercent !== undefined && (
          <Group justify="space-between" gap="xs">
            <Text size="sm" c="dimmed">
              People are warned at
            </Text>
            <Text size="sm" data-figures>
              {setting.warnPercent} %
            </Text>
          </Group>
        )}
      </Stack>
    </Paper>
  );
}

function settingsOf(limits: LimitsHeld): Setting[] {
  return [
    {
      title: "The organisation",
      note: "What all members spend together.",
      fields: MONEY_FIELDS,
      limits: limits.organisation,
      warnPercent: limits.warn_percent,
      save: (set, warn_percent) => setOrganisationLimits({ ...bodyOf(set, MONEY_FIELDS), warn_percent }),
    },
    {
      title: "Each member",
      note: "For every member who has no limits of their own.",
      fields: MEMBER_FIELDS,
      limits: limits.members,
      save: (set) => setMembersLimits(bodyOf(set, MEMBER_FIELDS)),
    },
    {
      title: "Each batch",
      note: "For every batch, whatever its own budget says.",
      fields: MONEY_FIELDS,
      limits: limits.batches,
      save: (set) => setBatchesLimits(bodyOf(set, MONEY_FIELDS)),
    },
  ];
}
