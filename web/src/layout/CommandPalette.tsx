import "@mantine/spotlight/styles.css";
import { Kbd } from "@mantine/core";
import { createSpotlight, Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { IconBolt, IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { PLACE_GROUPS, SETTINGS } from "@/layout/places";
import { Keys } from "@/layout/ShortcutList";
import { useActiveShortcuts } from "@/layout/shortcuts";
import { useSession } from "@/session/useSession";

interface CommandPaletteProps {
  onClosed: () => void;
}

/** Everything that can be reached or done from here, by a few letters of its name. */
export function CommandPalette({ onClosed }: CommandPaletteProps) {
  const [[store, spotlight]] = useState(createSpotlight);
  const groups = useActions();
  useEffect(() => spotlight.open(), [spotlight]);
  return (
    <Spotlight
      store={store}
      actions={groups}
      shortcut={null}
      attributes={{ content: { "aria-label": "Go to or do" } }}
      nothingFound="Nothing of this name."
      scrollable
      overlayProps={{ backgroundOpacity: 0.4, blur: 2 }}
      maxHeight={420}
      onSpotlightClose={onClosed}
      searchProps={{
        leftSection: <IconSearch size={18} stroke={1.75} aria-hidden />,
        placeholder: "Go to or do …",
        "aria-label": "Go to or do",
        rightSection: <Kbd size="xs">Esc</Kbd>,
      }}
    />
  );
}

function useActions(): SpotlightActionGroupData[] {
  const { can } = useSession();
  const navigate = useNavigate();
  const shortcuts = useActiveShortcuts();
  const places = [...PLACE_GROUPS.flatMap((group) => group.places), SETTINGS].filter((place) => can(place.needs));
  const acts = shortcuts.filter((one) => one.act !== undefined && !one.keys.startsWith("g ") && one.keys !== "mod+k");
  return [
    {
      group: "Do",
      actions: acts.map((one) => ({
        id: one.keys,
        label: one.words,
        leftSection: <IconBolt size={18} stroke={1.6} aria-hidden />,
        rightSection: <Keys keys={one.keys} />,
        // After the palette has closed: the act may open a dialog of its own.
        onClick: () => setTimeout(() => one.act?.()),
      })),
    },
    {
      group: "Go to",
      actions: places.map(({ to, label, Icon, key }) => ({
        id: to,
        label,
        leftSection: <Icon size={18} stroke={1.6} aria-hidden />,
        rightSection: <Keys keys={`g ${key}`} />,
        onClick: () => void navigate(to),
      })),
    },
  ];
}
