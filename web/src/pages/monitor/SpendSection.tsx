import { Anchor, Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import type { LimitStandingView, SpendView } from "@/api/schema";
import { money } from "@/design/formats";
import { Meter } from "@/design/Meter";
import { Money } from "@/design/Money";
import { titled } from "@/pages/limits/words";
import { Section } from "@/pages/monitor/Section";

interface SpendSectionProps {
  spend: SpendView;
  limits: readonly LimitStandingView[];
}

/** What was spent today and this month, and how much of the organisation's limits is left. */
export function SpendSection({ spend, limits }: SpendSectionProps) {
  return (
    <Section
      title="Spend"
      aside={
        <Anchor component={Link} to="/costs" size="sm">
          Show costs
        </Anchor>
      }
    >
      <Group gap="xl">
        <Amount micros={spend.today_micros} word="today" />
        <Amount micros={spend.month_micros} word="this month" />
      </Group>
      <Text size="xs" c="dimmed">
        Days and months are those of {spend.time_zone}.
      </Text>
      <Stack gap="sm">
        {limits.map((limit) => (
          <div key={limit.name}>
            <Group justify="space-between" mb={4} data-figures>
              <Text size="xs">{titled(limit.name)}</Text>
              <Text size="xs" c="dimmed">
                {money(limit.left)} left
              </Text>
            </Group>
            <Meter
              label={limit.name}
              spent={limit.spent}
              held={limit.reserved}
              limit={limit.limit}
              tone={limit.left <= 0 ? "bad" : "active"}
              words={`${money(limit.spent)} of ${money(limit.limit)} spent, ${money(limit.left)} left`}
            />
          </div>
        ))}
      </Stack>
    </Section>
  );
}

function Amount({ micros, word }: { micros: number; word: string }) {
  return (
    <Text fz={22} fw={600} lh={1.2}>
      <Money micros={micros} />{" "}
      <Text span size="sm" fw={400} c="dimmed">
        {word}
      </Text>
    </Text>
  );
}
