import { Anchor, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { Link } from "react-router";
import type { FailingWebhookView, SlowBatchView } from "@/api/schema";
import { StatusBadge } from "@/design/StatusBadge";
import { ToneBadge } from "@/design/ToneBadge";
import { When } from "@/design/When";
import { Section } from "@/pages/monitor/Section";

interface SlowSectionProps {
  batches: readonly SlowBatchView[];
  webhooks: readonly FailingWebhookView[];
}

/** Batches that stand still, and webhooks that nobody answers: what an admin should look at. */
export function SlowSection({ batches, webhooks }: SlowSectionProps) {
  const isWell = batches.length === 0 && webhooks.length === 0;
  return (
    <Section
      title="Needs a look"
      aside={
        isWell && (
          <ToneBadge tone="good" icon={IconCircleCheck}>
            Nothing
          </ToneBadge>
        )
      }
    >
      {isWell && (
        <Text size="sm" c="dimmed">
          No batch stands still, and every webhook is answered.
        </Text>
      )}
      <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
        {batches.map((batch) => (
          <li key={batch.id}>
            <Group justify="space-between" wrap="nowrap" gap="sm">
              <Anchor
                component={Link}
                to={`/batches/${batch.id}`}
                size="sm"
                fw={550}
                style={{ overflowWrap: "anywhere" }}
              >
                {batch.name}
              </Anchor>
              <StatusBadge status={batch.status} />
            </Group>
            <Text size="xs" c="dimmed">
              {batch.reason}{" "}
              {batch.last_image_at !== null && (
                <>
                  Its last image came <When at={batch.last_image_at} />.
                </>
              )}
            </Text>
          </li>
        ))}
        {webhooks.map((webhook) => (
          <li key={webhook.id}>
            <Group justify="space-between" wrap="nowrap" gap="sm">
              <Text size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
                Webhook {webhook.url}
              </Text>
              <ToneBadge tone={webhook.enabled ? "warn" : "bad"} icon={IconAlertTriangle}>
                {webhook.enabled ? "Not answered" : "Switched off"}
              </ToneBadge>
            </Group>
            <Text size="xs" c="dimmed">
              {webhook.reason}
            </Text>
          </li>
        ))}
      </Stack>
    </Section>
  );
}
