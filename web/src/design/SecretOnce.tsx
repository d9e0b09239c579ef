import { Alert, Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconCopy } from "@tabler/icons-react";

interface SecretOnceProps {
  /** What it is called, on the button. */
  name: string;
  secret: string;
  /** What happens when it is lost. */
  warning: string;
}

/** Something that is shown this once, to be copied now. */
export function SecretOnce({ name, secret, warning }: SecretOnceProps) {
  return (
    <Stack gap="sm">
      <Alert color="yellow" variant="light" icon={<IconAlertTriangle size={18} aria-hidden />}>
        <Text size="sm">{warning}</Text>
      </Alert>
      <Code block aria-label={name} tabIndex={0} style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
        {secret}
      </Code>
      <Group justify="flex-end">
        <CopyButton value={secret} timeout={3_000}>
          {({ copied, copy }) => (
            <Button
              data-autofocus
              onClick={copy}
              leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
            >
              {copied ? "Copied" : `Copy ${name}`}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}
