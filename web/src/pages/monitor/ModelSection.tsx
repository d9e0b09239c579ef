import { Group, SimpleGrid, Text } from "@mantine/core";
import { IconBolt, IconCircleCheck, IconHelpCircle, IconPlayerPause, type TablerIcon } from "@tabler/icons-react";
import type { Breaker, ModelPaceView } from "@/api/schema";
import type { Tone } from "@/design/colours";
import { ToneBadge } from "@/design/ToneBadge";
import { When } from "@/design/When";
import { Section } from "@/pages/monitor/Section";

const LOOKS: Record<Breaker, { word: string; tone: Tone; icon: TablerIcon }> = {
  closed: { word: "Answers", tone: "good", icon: IconCircleCheck },
  half_open: { word: "Being tried", tone: "warn", icon: IconHelpCircle },
  open: { word: "Resting", tone: "bad", icon: IconPlayerPause },
};

/** How the models are asked now, by everybody together. */
export function ModelSection({ models }: { models: readonly ModelPaceView[] }) {
  return (
    <Section title="Models">
      {models.length === 0 && (
        <Text size="sm" c="dimmed">
          No model was asked lately.
        </Text>
      )}
      <SimpleGrid
        component="ul"
        cols={{ base: 1, sm: 2, xl: 3 }}
        spacing="xl"
        verticalSpacing="sm"
        m={0}
        p={0}
        style={{ listStyle: "none" }}
      >
        {inTroubleFirst(models).map((model) => (
          <li key={`${model.provider} ${model.model}`}>
            <Group justify="space-between" wrap="nowrap" gap="sm">
              <div style={{ minWidth: 0 }}>
                <Text size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
                  {model.model}
                </Text>
                <Text size="xs" c="dimmed" data-figures>
                  {model.provider} · at most {model.rate_per_second.toFixed(1)} a second, {model.concurrency} at once
                </Text>
              </div>
              <ModelBadge breaker={model.breaker} isClosed={model.closed_until !== null} />
            </Group>
            {(model.reason !== "" || model.closed_until !== null) && (
              <Text size="xs" c="dimmed" mt={2}>
                {model.reason}{" "}
                {model.closed_until !== null && (
                  <>
                    Asked again <When at={model.closed_until} />.
                  </>
                )}
              </Text>
            )}
          </li>
        ))}
      </SimpleGrid>
    </Section>
  );
}

function inTroubleFirst(models: readonly ModelPaceView[]): ModelPaceView[] {
  const isWell = (model: ModelPaceView) => model.breaker === "closed" && model.closed_until === null;
  return models.toSorted((one, other) => Number(isWell(one)) - Number(isWell(other)));
}

function ModelBadge({ breaker, isClosed }: { breaker: Breaker; isClosed: boolean }) {
  if (breaker === "closed" && isClosed) {
    return (
      <ToneBadge tone="warn" icon={IconBolt}>
        Slowed down
      </ToneBadge>
    );
  }
  const { word, tone, icon } = LOOKS[breaker];
  return (
    <ToneBadge tone={tone} icon={icon}>
      {word}
    </ToneBadge>
  );
}
