import { Stack, Title } from "@mantine/core";
import { DefaultsPanel } from "./DefaultsPanel";
import { RunPanel } from "./RunPanel";
import type { BuilderState } from "./useBuilder";

interface SettingsPanelProps {
  state: BuilderState;
  onReferences(): void;
  onDrop(data: DataTransfer): void;
}

/** All that is said of the batch as a whole. */
export function SettingsPanel({ state, onReferences, onDrop }: SettingsPanelProps) {
  const { editing, models, known, problems } = state;
  const { batch, edit } = editing;
  return (
    <Stack gap="xl">
      <Stack gap="sm" component="section" aria-label="For all rows">
        <Title order={2} size="h4">
          For all rows
        </Title>
        <DefaultsPanel
          batch={batch}
          models={models}
          references={known.byId}
          problems={problems.others}
          onChange={(field, text) =>
            edit("Default", (now) => ({ ...now, defaults: { ...now.defaults, [field]: text } }), `default ${field}`)
          }
          onReferences={onReferences}
          onDrop={onDrop}
        />
      </Stack>
      <Stack gap="sm" component="section" aria-label="The run">
        <Title order={2} size="h4">
          The run
        </Title>
        <RunPanel
          batch={batch}
          problems={problems.others}
          onChange={(name, change, burst) => edit(name, (now) => ({ ...now, ...change }), burst)}
        />
      </Stack>
    </Stack>
  );
}
