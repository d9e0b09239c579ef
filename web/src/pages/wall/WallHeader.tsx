import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCloudOff, IconInfoCircle, IconPlayerPause, IconPlayerPlay, IconReload } from "@tabler/icons-react";
import { BatchMenu } from "@/acts/BatchMenu";
import { BudgetDialog } from "@/acts/BudgetDialog";
import { offers } from "@/acts/offers";
import { StackedProgress } from "@/acts/StackedProgress";
import { useBatchActs } from "@/acts/useBatchActs";
import type { BatchView } from "@/api/schema";
import { Notice } from "@/design/Notice";
import { PageHeader } from "@/design/PageHeader";
import { StatusBadge } from "@/design/StatusBadge";
import { When } from "@/design/When";
import type { Live } from "@/live/feeds";
import { LiveBadge } from "@/live/LiveBadge";
import { BatchFacts } from "@/pages/wall/BatchFacts";
import { isOutOfBudget, isOver, whyItWaits } from "@/pages/wall/pace";
import styles from "@/pages/wall/WallHeader.module.css";
import { useSession } from "@/session/useSession";

interface WallHeaderProps {
  batch: BatchView;
  live: Live<BatchView>;
}

/** What a batch is called, how far it is, what it costs, why it waits, and what can be done with it. */
export function WallHeader({ batch, live }: WallHeaderProps) {
  const { user, role } = useSession();
  const acts = useBatchActs(batch);
  const [isBudgeting, budget] = useDisclosure();
  const offered = offers(batch, { id: user.id, role });
  const reason = whyItWaits(batch);
  const isOld = live.state === "reconnecting" || live.state === "offline" || live.state === "failed";
  const connect = (
    <Button size="compact-sm" variant="default" onClick={live.retry}>
      Connect now
    </Button>
  );
  const raise = (
    <Button size="compact-sm" onClick={budget.open}>
      Raise the budget
    </Button>
  );
  return (
    <div className={styles.header}>
      <PageHeader
        title={batch.name}
        description={
          <span className={styles.line}>
            <StatusBadge status={batch.status} />
            {!isOver(batch) && <LiveBadge live={live} />}
            <span>
              Submitted <When at={batch.created_at} />
            </span>
            {batch.priority !== "standard" && <span>{batch.priority === "high" ? "High priority" : "Economy"}</span>}
            {batch.tags.length > 0 && <span>{batch.tags.map((tag) => `#${tag}`).join(" ")}</span>}
          </span>
        }
      >
        {isOver(batch) && offered.has("retry") && (
          <Button variant="default" leftSection={<IconReload size={16} aria-hidden />} onClick={() => acts.retry()}>
            Retry failed
          </Button>
        )}
        {offered.has("pause") && (
          <Button variant="default" leftSection={<IconPlayerPause size={16} aria-hidden />} onClick={acts.pause}>
            Pause
          </Button>
        )}
        {offered.has("resume") && !isOutOfBudget(batch) && (
          <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={acts.resume}>
            Resume
          </Button>
        )}
        <BatchMenu batch={batch} without={isOver(batch) ? ["retry"] : ["pause", "resume"]} />
      </PageHeader>
      <StackedProgress progress={batch.progress} isMoving={!isOver(batch) && batch.status !== "paused"} />
      <BatchFacts batch={batch} />
      {isOld && (
        <Notice tone="warn" icon={IconCloudOff} action={connect}>
          {live.state === "failed"
            ? "Changes do not show here any more."
            : "The connection is gone: what you see may be old. This page goes on by itself."}
        </Notice>
      )}
      {reason !== "" && (
        <Notice
          tone={isOutOfBudget(batch) ? "warn" : "neutral"}
          icon={IconInfoCircle}
          action={isOutOfBudget(batch) && offered.has("budget") && raise}
        >
          {reason}
        </Notice>
      )}
      <BudgetDialog batch={batch} opened={isBudgeting} onClose={budget.close} />
    </div>
  );
}
