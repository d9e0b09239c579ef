import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";
import { type Shortcut, useActiveShortcuts } from "@/layout/shortcuts";

const NAMES: Record<string, string> = {
  mod: /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl",
  alt: "Alt",
  shift: "Shift",
  delete: "Del",
  backspace: "⌫",
  escape: "Esc",
  enter: "Enter",
  arrowleft: "←",
  arrowright: "→",
  arrowup: "↑",
  arrowdown: "↓",
  " ": "Space",
};

/** Keys as they are written on a keyboard. */
export function Keys({ keys }: { keys: string }) {
  const presses = keys.endsWith(" ") ? [keys] : keys.split(" ");
  return (
    <Group gap={4} wrap="nowrap" component="span">
      {presses.map((press) => (
        <Kbd size="xs" key={press}>
          {press
            .split("+")
            .map((key) => NAMES[key] ?? key.toUpperCase())
            .join(" ")}
        </Kbd>
      ))}
    </Group>
  );
}

interface ShortcutListProps {
  opened: boolean;
  onClose: () => void;
}

/** Every shortcut that works on this page. */
export function ShortcutList({ opened, onClose }: ShortcutListProps) {
  const shortcuts = useActiveShortcuts();
  const anywhere = shortcuts.filter((one) => one.isEverywhere);
  const here = shortcuts.filter((one) => !anywhere.includes(one));
  const parts = new Set(here.map((one) => one.where ?? "On this page"));
  return (
    <Modal opened={opened} onClose={onClose} title="Shortcuts" size="md">
      <Stack gap="lg">
        {[...parts].map((part) => (
          <Listed key={part} title={part} shortcuts={here.filter((one) => (one.where ?? "On this page") === part)} />
        ))}
        <Listed title="Everywhere" shortcuts={anywhere} />
      </Stack>
    </Modal>
  );
}

function Listed({ title, shortcuts }: { title: string; shortcuts: readonly Shortcut[] }) {
  return (
    <Stack gap={6} component="section" aria-label={title}>
      <Text size="xs" fw={500} c="dimmed">
        {title}
      </Text>
      {shortcuts.map((one) => (
        <Group key={one.keys} justify="space-between" wrap="nowrap">
          <Text size="sm">{one.words}</Text>
          <Keys keys={one.keys} />
        </Group>
      ))}
    </Stack>
  );
}
