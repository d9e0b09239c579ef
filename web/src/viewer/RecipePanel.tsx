import { ActionIcon, Button, CopyButton, Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy, IconDownload, IconWand } from "@tabler/icons-react";
import { useNavigate } from "react-router";
import { useLinks } from "@/api/links";
import type { ItemView } from "@/api/schema";
import { bytes, duration, moment, money } from "@/design/formats";
import { openBuilderWith } from "@/pages/builder/handover";
import { Attempts } from "@/viewer/Attempts";
import { rowOf } from "@/viewer/handovers";
import { ReferencePictures } from "@/viewer/ReferencePictures";
import { recipeLines } from "@/viewer/recipes";
import styles from "@/viewer/Viewer.module.css";

interface RecipePanelProps {
  item: ItemView;
  canMake: boolean;
}

/** What an image was made from, what it took, and what can be done with that. */
export function RecipePanel({ item, canMake }: RecipePanelProps) {
  const navigate = useNavigate();
  const facts = factsOf(item);
  return (
    <Stack gap="lg">
      <section aria-label="Prompt">
        <Group justify="space-between" wrap="nowrap" mb={4}>
          <Title order={3} size="h4">
            Prompt
          </Title>
          <CopyButton value={item.prompt}>
            {({ copied, copy }) => (
              <Tooltip label={copied ? "Copied" : "Copy the prompt"}>
                <ActionIcon size="sm" onClick={copy} aria-label={copied ? "Copied" : "Copy the prompt"}>
                  {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
                </ActionIcon>
              </Tooltip>
            )}
          </CopyButton>
        </Group>
        <Text size="sm" className={styles.prompt}>
          {item.prompt}
        </Text>
      </section>
      <ReferencePictures ids={item.references} />
      <Lines title="Recipe" lines={recipeLines(item)} />
      {facts.length > 0 && <Lines title="What it took" lines={facts} />}
      <Attempts attempts={item.attempts} />
      <Stack gap="xs">
        {canMake && (
          <Button
            variant="default"
            leftSection={<IconWand size={16} aria-hidden />}
            onClick={() => void navigate(openBuilderWith([rowOf(item)]))}
          >
            Use this recipe
          </Button>
        )}
        {item.asset !== null && item.status === "succeeded" && <Download asset={item.asset} />}
      </Stack>
    </Stack>
  );
}

function Lines({ title, lines }: { title: string; lines: { name: string; value: string }[] }) {
  return (
    <section aria-label={title}>
      <Title order={3} size="h4" mb={4}>
        {title}
      </Title>
      <dl className={styles.lines}>
        {lines.map((line) => (
          <div key={line.name}>
            <dt>{line.name}</dt>
            <dd data-figures>{line.value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function factsOf(item: ItemView) {
  const reused = item.reused ? "An earlier, equal image was taken: it cost nothing." : "";
  return [
    { name: "Cost", value: item.status === "succeeded" || item.cost_micros > 0 ? money(item.cost_micros) : "" },
    { name: "Took", value: item.duration_ms === null ? "" : duration(item.duration_ms / 1000) },
    { name: "Finished", value: item.finished_at === null ? "" : moment(item.finished_at) },
    { name: "Reused", value: reused },
    { name: "Tags", value: item.tags.join(", ") },
    ...Object.entries(item.metadata).map(([name, value]) => ({ name, value: String(value) })),
  ].filter((fact) => fact.value !== "");
}

function Download({ asset }: { asset: NonNullable<ItemView["asset"]> }) {
  const links = useLinks(asset.id);
  const kind = asset.media_type?.replace("image/", "").toUpperCase() ?? "image";
  return (
    <Button
      component="a"
      variant="default"
      href={links.data?.url}
      target="_blank"
      rel="noopener"
      download
      leftSection={<IconDownload size={16} aria-hidden />}
    >
      Download original{asset.bytes !== null && ` (${kind}, ${bytes(asset.bytes)})`}
    </Button>
  );
}
