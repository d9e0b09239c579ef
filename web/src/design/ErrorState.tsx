import { Button, Code, CopyButton, Group, Stack, Text, ThemeIcon, Title, Tooltip, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle, IconPlugConnectedX, IconRefresh } from "@tabler/icons-react";
import { asProblem, type Problem } from "@/api/problems";

interface ErrorStateProps {
  error: unknown;
  /** Asks again; left out where that cannot help. */
  onRetry?: (() => void) | undefined;
  /** Fills a panel instead of a page. */
  compact?: boolean;
}

/** What went wrong, what to do, and what to name when asking for help. */
export function ErrorState({ error, onRetry, compact = false }: ErrorStateProps) {
  const problem = asProblem(error);
  const Icon = problem.status === 0 ? IconPlugConnectedX : IconAlertTriangle;
  return (
    <Stack align="center" gap="sm" py={compact ? "lg" : 64} px="md" ta="center" role="alert">
      <ThemeIcon size={compact ? 36 : 48} radius="xl" variant="light" color="red">
        <Icon size={compact ? 18 : 24} stroke={1.6} aria-hidden />
      </ThemeIcon>
      <Title order={2} size="h3">
        {problem.title}
      </Title>
      <Text c="dimmed" maw={480} style={{ overflowWrap: "anywhere" }}>
        {problem.detail}
      </Text>
      {problem.errors.length > 0 && <Details problem={problem} />}
      {onRetry !== undefined && (
        <Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={onRetry}>
          Try again
        </Button>
      )}
      {problem.requestId !== null && <RequestId id={problem.requestId} />}
    </Stack>
  );
}

function Details({ problem }: { problem: Problem }) {
  return (
    <Stack gap={4} component="ul" ta="left" m={0} pl="lg">
      {problem.errors.slice(0, 8).map((error) => (
        <Text component="li" size="sm" key={`${error.pointer} ${error.detail}`}>
          <Code>{error.pointer}</Code> {error.detail}
        </Text>
      ))}
    </Stack>
  );
}

function RequestId({ id }: { id: string }) {
  return (
    <Group gap={6}>
      <Text size="xs" c="dimmed">
        Request
      </Text>
      <CopyButton value={id}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? "Copied" : "Copy, to name it when you ask for help"}>
            <UnstyledButton onClick={copy} aria-label={`Copy request id ${id}`}>
              <Code fz="xs">{id}</Code>
            </UnstyledButton>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
