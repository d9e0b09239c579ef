import { ActionIcon, Indicator, Popover, Progress, Stack, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBell } from "@tabler/icons-react";
import { useContext, useSyncExternalStore } from "react";
import { Link } from "react-router";
import { figure } from "@/design/formats";
import { StatusBadge } from "@/design/StatusBadge";
import { When } from "@/design/When";
import { type Batch, hasEnded } from "@/live/things";
import { useLiveBatches } from "@/live/useLive";
import styles from "@/notices/NoticeBell.module.css";
import type { NoticeStore } from "@/notices/NoticeStore";
import { NoticesContext } from "@/notices/NoticesProvider";
import { headline, isFollowed, type Notice } from "@/notices/notices";

/** The bell: what runs, and what has ended since one last looked. */
export function NoticeBell({ me }: { me: string }) {
  const store = useContext(NoticesContext);
  return store === null ? null : <Bell store={store} me={me} />;
}

function Bell({ store, me }: { store: NoticeStore; me: string }) {
  const noticed = useSyncExternalStore(store.subscribe, store.snapshot);
  const { data: batches = [] } = useLiveBatches();
  const [isOpen, { open, close }] = useDisclosure();
  const unread = noticed.notices.filter((notice) => !notice.isRead).length;
  const running = batches.filter((batch) => !hasEnded(batch.status) && isFollowed(noticed, batch, me));
  const leave = () => {
    store.readAll();
    close();
  };
  const label = unread === 0 ? "Notices" : `Notices, ${figure(unread)} unread`;
  return (
    <Popover opened={isOpen} onChange={leave} position="bottom-start" width={320} shadow="md" trapFocus>
      <Indicator disabled={unread === 0} size={8} offset={9} color="iris">
        <Popover.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={isOpen ? leave : open}>
            <IconBell size={18} stroke={1.6} aria-hidden />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p={6}>
        <Running batches={running} onChosen={leave} />
        <Ended notices={noticed.notices} onChosen={leave} />
        {running.length === 0 && noticed.notices.length === 0 && (
          <Text size="sm" c="dimmed" p="sm">
            Nothing yet. Batches that you start or open show here while they run, and when they finish or fail.
          </Text>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function Running({ batches, onChosen }: { batches: readonly Batch[]; onChosen: () => void }) {
  if (batches.length === 0) return null;
  return (
    <Stack gap={2} component="section" aria-label="Running now">
      {batches.map(({ id, name, status, progress }) => (
        <UnstyledButton key={id} component={Link} to={`/batches/${id}`} onClick={onChosen} className={styles.row}>
          <StatusBadge status={status} compact />
          <span className={styles.words}>
            <Text size="sm" fw={500} truncate>
              {name}
            </Text>
            <Progress value={progress.percent} size={4} my={4} aria-label={`${progress.percent} % done`} />
            <Text size="xs" c="dimmed" truncate>
              {progress.message || "It has not begun yet."}
            </Text>
          </span>
        </UnstyledButton>
      ))}
    </Stack>
  );
}

function Ended({ notices, onChosen }: { notices: readonly Notice[]; onChosen: () => void }) {
  if (notices.length === 0) return null;
  return (
    <Stack gap={2} component="section" aria-label="Ended" className={styles.ended}>
      {notices.map((notice) => (
        <UnstyledButton
          key={notice.id}
          component={Link}
          to={`/batches/${notice.batch}`}
          onClick={onChosen}
          className={styles.row}
          data-unread={!notice.isRead || undefined}
        >
          <StatusBadge status={notice.status} compact />
          <span className={styles.words}>
            <Text size="sm" fw={notice.isRead ? 400 : 600} truncate>
              {headline(notice)}
            </Text>
            <Text size="xs" c="dimmed" truncate>
              <When at={notice.at} /> · {notice.detail}
            </Text>
          </span>
        </UnstyledButton>
      ))}
    </Stack>
  );
}
