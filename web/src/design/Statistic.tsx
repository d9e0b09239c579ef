import { Paper, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

interface StatisticProps {
  label: string;
  value: ReactNode;
  /** One short line that puts it into proportion. */
  note?: ReactNode;
}

/** One figure that matters, with its name. */
export function Statistic({ label, value, note }: StatisticProps) {
  return (
    <Paper withBorder p="md">
      <Stack gap={2}>
        <Text size="sm" c="dimmed">
          {label}
        </Text>
        <Text fz={24} lh={1.25} fw={600} data-figures>
          {value}
        </Text>
        {note !== undefined && (
          <Text size="xs" c="dimmed" component="div" data-figures>
            {note}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}
