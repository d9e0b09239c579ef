import { IconActivity, IconPlugConnectedX } from "@tabler/icons-react";
import { ToneBadge } from "@/design/ToneBadge";
import { When } from "@/design/When";

/** Whether what is shown is what is. */
export function MonitorStatus({ at, isLost }: { at: string | null; isLost: boolean }) {
  if (isLost) {
    return (
      <ToneBadge tone="warn" icon={IconPlugConnectedX}>
        Not up to date
        {at !== null && (
          <>
            : as it was <When at={at} />
          </>
        )}
      </ToneBadge>
    );
  }
  return (
    <ToneBadge tone="good" icon={IconActivity}>
      Up to date, every few seconds
    </ToneBadge>
  );
}
