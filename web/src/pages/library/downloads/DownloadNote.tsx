import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { bytes, count, figure } from "@/design/formats";
import type { Filed } from "@/pages/library/downloads/manifests";

interface DownloadNoteProps {
  done: number;
  total: number;
  /** Of all images together. */
  bytes: number;
  onCancel?: () => void;
  /** Once it is over: what became of each. */
  files?: readonly Filed[];
}

const MOST_NAMED = 4;

/** How far a download is, and what it could not get. */
export function DownloadNote({ done, total, bytes: size, onCancel, files }: DownloadNoteProps) {
  const missing = files?.filter((file) => file.problem !== null) ?? [];
  return (
    <Stack gap={6} data-download={files === undefined ? "running" : "over"}>
      <Text size="sm" fw={600} data-figures>
        {files === undefined
          ? `Downloading ${figure(done)} of ${count(total, "image")}, ${bytes(size)}`
          : `${count(total - missing.length, "image")} downloaded`}
      </Text>
      {onCancel !== undefined && (
        <Group wrap="nowrap" gap="sm">
          <Progress value={(100 * done) / Math.max(1, total)} flex={1} size="sm" aria-label="Downloaded" />
          <Button size="compact-xs" variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      )}
      {missing.length > 0 && (
        <Text size="sm" component="div">
          {count(missing.length, "image")} could not be downloaded; manifest.csv says why:
          {missing.slice(0, MOST_NAMED).map(({ name, problem }) => (
            <Text key={name} size="xs" c="dimmed">
              {name}: {problem}
            </Text>
          ))}
        </Text>
      )}
    </Stack>
  );
}
