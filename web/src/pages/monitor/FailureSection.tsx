import { Anchor, Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import type { FailuresView } from "@/api/schema";
import { count, figure } from "@/design/formats";
import { Section } from "@/pages/monitor/Section";
import { reasonOf } from "@/viewer/reasons";

/** Images that failed for good, by what went wrong; each leads to them. */
export function FailureSection({ failures }: { failures: FailuresView }) {
  const kinds = Object.entries(failures.by_kind).sort(([, one], [, other]) => other - one);
  return (
    <Section
      title="Dead letters"
      aside={
        <Anchor component={Link} to="/dead-letters" size="sm">
          Show all
        </Anchor>
      }
    >
      <Text size="sm" c="dimmed">
        {failures.total === 0 ? "No image failed for good." : `${count(failures.total, "image")} failed for good.`}
      </Text>
      <Stack gap={6} component="ul" m={0} p={0} style={{ listStyle: "none" }}>
        {kinds.map(([kind, number]) => (
          <Group key={kind} component="li" justify="space-between" wrap="nowrap">
            <Anchor component={Link} to={`/dead-letters?kind=${kind}`} size="sm">
              {reasonOf(kind)}
            </Anchor>
            <Text size="sm" data-figures>
              {figure(number)}
            </Text>
          </Group>
        ))}
      </Stack>
    </Section>
  );
}
