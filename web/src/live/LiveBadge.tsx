import { UnstyledButton } from "@mantine/core";
import {
  IconBolt,
  IconCloudOff,
  IconExclamationCircle,
  IconPlugConnected,
  IconRefresh,
  type TablerIcon,
} from "@tabler/icons-react";
import type { Tone } from "@/design/colours";
import { ToneBadge } from "@/design/ToneBadge";
import type { Live } from "@/live/feeds";
import type { LiveState } from "@/live/ladders";

interface Look {
  word: string;
  says: string;
  tone: Tone;
  Icon: TablerIcon;
}

/** How each state of a connection is called, looks, and what it means. */
export const CONNECTIONS: Record<LiveState, Look> = {
  connecting: {
    word: "Connecting",
    says: "Changes will show here as they happen.",
    tone: "neutral",
    Icon: IconPlugConnected,
  },
  live: { word: "Live", says: "Changes show here as they happen.", tone: "good", Icon: IconBolt },
  polling: {
    word: "Every few seconds",
    says: "Changes show here every few seconds.",
    tone: "neutral",
    Icon: IconRefresh,
  },
  reconnecting: {
    word: "Reconnecting",
    says: "What you see may be old. This page connects again by itself.",
    tone: "warn",
    Icon: IconRefresh,
  },
  offline: {
    word: "Offline",
    says: "What you see may be old. This page goes on when the network is back.",
    tone: "warn",
    Icon: IconCloudOff,
  },
  failed: { word: "Not updating", says: "Changes do not show here.", tone: "bad", Icon: IconExclamationCircle },
};

/** Whether what is shown changes by itself; pressed, it connects anew. */
export function LiveBadge({ live }: { live: Pick<Live<unknown>, "state" | "problem" | "retry"> }) {
  const { word, says, tone, Icon } = CONNECTIONS[live.state];
  const why = live.problem === undefined ? says : `${live.problem.detail} ${says}`;
  const isWell = live.state === "live" || live.state === "polling";
  const badge = (
    <ToneBadge tone={tone} icon={Icon} quiet>
      {word}
    </ToneBadge>
  );
  return (
    <span role="status" title={why}>
      {isWell ? (
        badge
      ) : (
        <UnstyledButton onClick={live.retry} aria-label={`${word}. Connect now`}>
          {badge}
        </UnstyledButton>
      )}
    </span>
  );
}
