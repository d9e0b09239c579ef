import { Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

interface PageHeaderProps {
  title: string;
  /** One short line under the title. */
  description?: ReactNode;
  /** The page's own acts, the main one last. */
  children?: ReactNode;
}

/** The head of every page; it names the browser's tab, too. */
export function PageHeader({ title, description, children }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · Fanfold`;
  }, [title]);
  return (
    <Group component="header" justify="space-between" align="flex-start" gap="md" mb="lg">
      <Stack gap={2} miw={0}>
        <Title order={1} size="h2" tabIndex={-1} data-page-heading>
          {title}
        </Title>
        {description !== undefined && (
          <Text c="dimmed" size="sm">
            {description}
          </Text>
        )}
      </Stack>
      {children !== undefined && <Group gap="xs">{children}</Group>}
    </Group>
  );
}
