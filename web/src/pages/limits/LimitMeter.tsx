import { Group, Paper, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconBan } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { StandingView } from "@/api/schema";
import { Meter } from "@/design/Meter";
import { ToneBadge } from "@/design/ToneBadge";
import { When } from "@/design/When";
import { amount, standingWords, titled } from "@/pages/limits/words";

type Shown = Omit<StandingView, "holder" | "period" | "starts_at">;

interface LimitMeterProps {
  standing: Shown;
  /** What else there is to say or to do about it. */
  children?: ReactNode;
}

/** One limit in force: a bar of what is spent, held and left, with the figures and when it begins anew. */
export function LimitMeter({ standing, children }: LimitMeterProps) {
  const isUsedUp = standing.left <= 0;
  const tone = isUsedUp ? "bad" : standing.warned ? "warn" : "active";
  return (
    <Paper withBorder p="md">
      <Stack gap={8}>
        <Group justify="space-between" gap="xs">
          <Text size="sm" fw={550}>
            {titled(standing.name)}
          </Text>
          {isUsedUp ? (
            <ToneBadge tone="bad" icon={IconBan}>
              Used up
            </ToneBadge>
          ) : (
            standing.warned && (
              <ToneBadge tone="warn" icon={IconAlertTriangle}>
                Running out
              </ToneBadge>
            )
          )}
        </Group>
        <Meter
          label={standing.name}
          spent={standing.spent}
          held={standing.reserved}
          limit={standing.limit}
          tone={tone}
          words={standingWords(standing)}
        />
        <Group justify="space-between" gap="xs" data-figures>
          <Text size="sm">
            {amount(standing.spent, standing.unit)}{" "}
            <Text span c="dimmed">
              of {amount(standing.limit, standing.unit)}
            </Text>
          </Text>
          <Text size="sm" c="dimmed">
            {amount(standing.left, standing.unit)} left
          </Text>
        </Group>
        {(standing.reserved > 0 || standing.resets_at !== null) && (
          <Text size="xs" c="dimmed" data-figures>
            {standing.reserved > 0 && `${amount(standing.reserved, standing.unit)} held by batches. `}
            {standing.resets_at !== null && (
              <>
                Begins anew <When at={standing.resets_at} />.
              </>
            )}
          </Text>
        )}
        {children}
      </Stack>
    </Paper>
  );
}
