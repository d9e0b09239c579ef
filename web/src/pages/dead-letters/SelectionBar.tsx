import { Button, Checkbox, Group, Menu, Paper, Text } from "@mantine/core";
import { IconChevronDown, IconRefresh, IconTrash } from "@tabler/icons-react";
import type { DeadLetterFilter } from "@/api/schema";
import { count } from "@/design/formats";
import type { Wanted } from "@/pages/dead-letters/ActForm";
import type { Scope } from "@/pages/dead-letters/bulk";

interface SelectionBarProps {
  ticked: readonly string[];
  /** All that are listed so far. */
  all: readonly string[];
  /** What finds them, also those that are not listed yet; null where the API acts on none by a filter. */
  filter: DeadLetterFilter | null;
  discarded: boolean;
  onTick: (ids: readonly string[]) => void;
  onAct: (verb: Wanted["verb"], scope: Scope) => void;
}

/** Acts on what is ticked, or on everything that the filter finds. */
export function SelectionBar({ ticked, all, filter, discarded, onTick, onAct }: SelectionBarProps) {
  const isNone = ticked.length === 0;
  return (
    <Paper withBorder px="md" py="xs">
      <Group justify="space-between" gap="xs">
        <Group gap="sm">
          <Checkbox
            label={isNone ? `Tick all ${all.length} listed` : `${count(ticked.length, "image")} ticked`}
            checked={!isNone && ticked.length === all.length}
            indeterminate={!isNone && ticked.length < all.length}
            onChange={(event) => onTick(event.currentTarget.checked ? all : [])}
          />
        </Group>
        <Group gap="xs">
          <Button
            size="compact-md"
            leftSection={<IconRefresh size={16} aria-hidden />}
            disabled={isNone}
            onClick={() => onAct("requeue", { items: ticked })}
          >
            Try again
          </Button>
          {!discarded && (
            <Button
              size="compact-md"
              variant="default"
              leftSection={<IconTrash size={16} aria-hidden />}
              disabled={isNone}
              onClick={() => onAct("discard", { items: ticked })}
            >
              Discard
            </Button>
          )}
          {filter !== null && (
            <Menu>
              <Menu.Target>
                <Button size="compact-md" variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
                  All that match
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Label>
                  <Text size="xs">Also those that are not listed yet</Text>
                </Menu.Label>
                <Menu.Item
                  leftSection={<IconRefresh size={16} aria-hidden />}
                  onClick={() => onAct("requeue", { filter })}
                >
                  Try all again
                </Menu.Item>
                <Menu.Item
                  color="red"
                  leftSection={<IconTrash size={16} aria-hidden />}
                  onClick={() => onAct("discard", { filter })}
                >
                  Discard all
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
      </Group>
    </Paper>
  );
}
