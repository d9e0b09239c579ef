import {
  IconActivity,
  IconCoin,
  IconGauge,
  IconKey,
  IconMailX,
  IconPhoto,
  IconSettings,
  IconStack2,
  IconUsers,
  type TablerIcon,
} from "@tabler/icons-react";
import type { Verb } from "@/session/roles";

export interface Place {
  to: string;
  label: string;
  Icon: TablerIcon;
  /** What one must be allowed to do to see it. */
  needs: Verb;
  /** The second key after `g`. */
  key: string;
}

export interface PlaceGroup {
  label: string;
  places: readonly Place[];
}

/** Where one can go, as the navigation and the command palette list it. */
export const PLACE_GROUPS: readonly PlaceGroup[] = [
  {
    label: "Work",
    places: [
      { to: "/batches", label: "Batches", Icon: IconStack2, needs: "look", key: "b" },
      { to: "/library", label: "Library", Icon: IconPhoto, needs: "look", key: "l" },
    ],
  },
  {
    label: "Money",
    places: [
      { to: "/costs", label: "Costs", Icon: IconCoin, needs: "look", key: "c" },
      { to: "/limits", label: "Limits", Icon: IconGauge, needs: "look", key: "i" },
    ],
  },
  {
    label: "Admin",
    places: [
      { to: "/members", label: "Members", Icon: IconUsers, needs: "administer", key: "m" },
      { to: "/keys", label: "Keys", Icon: IconKey, needs: "administer", key: "k" },
      { to: "/monitor", label: "Monitor", Icon: IconActivity, needs: "administer", key: "o" },
      { to: "/dead-letters", label: "Dead letters", Icon: IconMailX, needs: "administer", key: "d" },
    ],
  },
];

export const SETTINGS: Place = { to: "/settings", label: "Settings", Icon: IconSettings, needs: "look", key: "s" };
