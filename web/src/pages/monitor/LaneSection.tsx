import { Group, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import type { LaneView, LeasesView } from "@/api/schema";
import { count, duration, figure } from "@/design/formats";
import { When } from "@/design/When";
import type { History } from "@/pages/monitor/histories";
import { Sparkline } from "@/pages/monitor/Sparkline";

const LANE_WORDS: Record<LaneView["lane"], string> = { high: "High", standard: "Standard", economy: "Economy" };

interface LaneSectionProps {
  lanes: readonly LaneView[];
  leases: LeasesView | null;
  history: History;
}

/** The lanes: how long they are, how fast they move, and what runs. */
export function LaneSection({ lanes, leases, history }: LaneSectionProps) {
  return (
    <Stack gap="xs">
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
        {lanes.map((lane) => (
          <LaneCard key={lane.lane} lane={lane} rates={(history[lane.lane] ?? []).map((point) => point.rate)} />
        ))}
      </SimpleGrid>
      {leases !== null && (
        <Text size="sm" c="dimmed" data-figures>
          {leases.running === 0 ? "No worker holds an image." : `Workers hold ${count(leases.running, "image")}.`}
          {leases.oldest?.claimed_at != null && (
            <>
              {" "}
              The one whose lease ends first was taken <When at={leases.oldest.claimed_at} /> for {leases.oldest.model}.
            </>
          )}
        </Text>
      )}
    </Stack>
  );
}

function LaneCard({ lane, rates }: { lane: LaneView; rates: readonly number[] }) {
  const pace = `${lane.images_per_minute.toFixed(lane.images_per_minute < 10 ? 1 : 0)} a minute`;
  return (
    <Paper withBorder p="md" component="section" aria-label={`Lane: ${LANE_WORDS[lane.lane]}`}>
      <Stack gap={6}>
        <Group justify="space-between">
          <Text fw={550}>{LANE_WORDS[lane.lane]}</Text>
          <Text size="sm" c="dimmed">
            {count(lane.batches, "batch", "batches")}
          </Text>
        </Group>
        <Group gap="lg" data-figures>
          <Amount number={lane.waiting} word="waiting" />
          <Amount number={lane.running} word="running" />
        </Group>
        <Sparkline values={rates} label={`Images a minute since this page was opened; now ${pace}`} />
        <Group justify="space-between" data-figures>
          <Text size="xs" c="dimmed">
            {pace}
          </Text>
          <Text size="xs" c="dimmed">
            {lane.oldest_waiting_seconds > 0
              ? `the oldest waits ${duration(lane.oldest_waiting_seconds)}`
              : "nothing waits"}
          </Text>
        </Group>
      </Stack>
    </Paper>
  );
}

function Amount({ number, word }: { number: number; word: string }) {
  return (
    <Text fz={22} fw={600} lh={1.2}>
      {figure(number)}{" "}
      <Text span size="sm" fw={400} c="dimmed">
        {word}
      </Text>
    </Text>
  );
}
