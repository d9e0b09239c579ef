import {
  IconAlertTriangle,
  IconBan,
  IconCalendarTime,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconHourglass,
  IconLoader2,
  IconPlayerPause,
  type TablerIcon,
} from "@tabler/icons-react";
import type { BatchStatus, ItemStatus } from "@/api/schema";
import type { Tone } from "@/design/colours";
import { ToneBadge } from "@/design/ToneBadge";

interface Look {
  word: string;
  tone: Tone;
  Icon: TablerIcon;
}

/** How each state is called and looks; never told by its colour alone. */
export const STATES: Record<BatchStatus | ItemStatus, Look> = {
  scheduled: { word: "Scheduled", tone: "neutral", Icon: IconCalendarTime },
  accepted: { word: "Accepted", tone: "neutral", Icon: IconHourglass },
  pending: { word: "Waiting", tone: "neutral", Icon: IconCircleDashed },
  running: { word: "Running", tone: "active", Icon: IconLoader2 },
  paused: { word: "Paused", tone: "warn", Icon: IconPlayerPause },
  succeeded: { word: "Done", tone: "good", Icon: IconCircleCheck },
  completed: { word: "Completed", tone: "good", Icon: IconCircleCheck },
  completed_with_failures: { word: "Completed with failures", tone: "warn", Icon: IconAlertTriangle },
  failed: { word: "Failed", tone: "bad", Icon: IconCircleX },
  cancelled: { word: "Cancelled", tone: "neutral", Icon: IconBan },
};

interface StatusBadgeProps {
  status: BatchStatus | ItemStatus;
  /** Only the icon is drawn; the word is there for those who do not see it. */
  compact?: boolean;
}

/** The state of a batch or an item, by icon and word. */
export function StatusBadge({ status, compact = false }: StatusBadgeProps) {
  const { word, tone, Icon } = STATES[status];
  return (
    <ToneBadge tone={tone} icon={Icon} compact={compact} turning={status === "running"}>
      {word}
    </ToneBadge>
  );
}
