import { ActionIcon, Button, Group, Progress, Stack, Text, Tooltip } from "@mantine/core";
import { IconRefresh, IconX } from "@tabler/icons-react";
import classes from "./References.module.css";
import { isOpen, type Upload } from "./uploads";
import type { Uploads } from "./useUploads";

/** The uploads of this page with their progress, and what went wrong with each. */
export function UploadList({ uploads }: { uploads: Uploads }) {
  const shown = uploads.all.filter((upload) => upload.state !== "ready");
  if (shown.length === 0) return null;
  const open = shown.filter(isOpen).length;
  return (
    <Stack gap="xs" component="section" aria-label="Uploads">
      <Group justify="space-between">
        <Text size="sm" fw={600} role="status">
          {open > 0 ? `Uploading ${open} of ${uploads.all.length}` : "Not uploaded"}
        </Text>
        {open === 0 && (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={uploads.clear}>
            Clear
          </Button>
        )}
      </Group>
      <div className={classes.uploads}>
        {shown.map((upload) => (
          <UploadLine key={upload.name} upload={upload} uploads={uploads} />
        ))}
      </div>
    </Stack>
  );
}

const WORDS: Partial<Record<Upload["state"], string>> = { waiting: "Waits", checking: "Being checked" };

function UploadLine({ upload, uploads }: { upload: Upload; uploads: Uploads }) {
  const { name, state, share, detail, again } = upload;
  const percent = Math.round(share * 100);
  return (
    <Stack gap={2}>
      <Group gap="xs" wrap="nowrap">
        <Text size="xs" truncate style={{ flex: 1 }}>
          {name}
        </Text>
        <Text size="xs" c="dimmed" data-figures>
          {state === "sending" ? `${percent} %` : WORDS[state]}
        </Text>
        {again && (
          <Tooltip label="Try again">
            <ActionIcon size="sm" aria-label={`Try ${name} again`} onClick={() => uploads.retry(name)}>
              <IconRefresh size={14} />
            </ActionIcon>
          </Tooltip>
        )}
        {isOpen(upload) && (
          <Tooltip label="Cancel">
            <ActionIcon size="sm" aria-label={`Cancel ${name}`} onClick={() => uploads.cancel(name)}>
              <IconX size={14} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      {isOpen(upload) ? (
        <Progress value={percent} size="xs" aria-label={`Upload of ${name}`} animated={state === "checking"} />
      ) : (
        <Text size="xs" c="var(--mantine-color-error)">
          {detail}
        </Text>
      )}
    </Stack>
  );
}
