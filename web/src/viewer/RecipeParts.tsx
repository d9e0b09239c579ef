import { ActionIcon, Button, CopyButton, Group, Text, Title, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy, IconDownload } from "@tabler/icons-react";
import { useLinks } from "@/api/links";
import { bytes } from "@/design/formats";
import styles from "@/viewer/Viewer.module.css";

/** What was asked for, to be read and copied. */
export function PromptSection({ prompt }: { prompt: string }) {
  return (
    <section aria-label="Prompt">
      <Group justify="space-between" wrap="nowrap" mb={4}>
        <Title order={2} size="h4">
          Prompt
        </Title>
        <CopyButton value={prompt}>
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
        {prompt}
      </Text>
    </section>
  );
}

/** Facts under one another: what each is, and its value in words. */
export function Lines({ title, lines }: { title: string; lines: { name: string; value: string }[] }) {
  return (
    <section aria-label={title}>
      <Title order={2} size="h4" mb={4}>
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

/** The image as it was made, by a fresh link. */
export function DownloadOriginal({
  asset,
}: {
  asset: { id: string; media_type: string | null; bytes: number | null };
}) {
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
