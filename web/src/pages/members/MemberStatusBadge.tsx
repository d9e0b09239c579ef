import { IconBan, IconCircleCheck, IconHourglass, IconUserOff, type TablerIcon } from "@tabler/icons-react";
import type { MemberStatus } from "@/api/schema";
import type { Tone } from "@/design/colours";
import { ToneBadge } from "@/design/ToneBadge";

const LOOKS: Record<MemberStatus, { word: string; tone: Tone; icon: TablerIcon }> = {
  active: { word: "Active", tone: "good", icon: IconCircleCheck },
  invited: { word: "Invited", tone: "active", icon: IconHourglass },
  disabled: { word: "Disabled", tone: "warn", icon: IconUserOff },
  removed: { word: "Removed", tone: "neutral", icon: IconBan },
};

/** Whether a member can come in. */
export function MemberStatusBadge({ status }: { status: MemberStatus }) {
  const { word, tone, icon } = LOOKS[status];
  return (
    <ToneBadge tone={tone} icon={icon}>
      {word}
    </ToneBadge>
  );
}
