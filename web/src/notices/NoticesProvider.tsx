import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { createContext, type ReactNode, useEffect, useMemo } from "react";
import { useMatch, useNavigate } from "react-router";
import { useLiveBatches } from "@/live/useLive";
import { NoticeStore } from "@/notices/NoticeStore";
import { headline, type Notice } from "@/notices/notices";

export const NoticesContext = createContext<NoticeStore | null>(null);

const SHOWN_MS = 10_000;
const COLOURS: Partial<Record<Notice["status"], string>> = { failed: "red", completed_with_failures: "yellow" };

/** Notices ends of batches that the person follows, wherever in the application they are. */
export function NoticesProvider({ me, children }: { me: string; children: ReactNode }) {
  const store = useMemo(() => new NoticeStore(`fanfold:notices:${me}`), [me]);
  const { data: batches } = useLiveBatches();
  const navigate = useNavigate();
  const here = useMatch("/batches/:batch/*")?.params.batch ?? null;
  useEffect(() => {
    if (here?.startsWith("bat_")) store.open(here);
  }, [store, here]);
  useEffect(() => {
    if (batches === undefined) return;
    const news = store.look(batches, { me, here, now: new Date().toISOString() });
    for (const notice of news) if (!notice.isRead) show(notice, (to) => void navigate(to));
  }, [store, batches, me, here, navigate]);
  return <NoticesContext value={store}>{children}</NoticesContext>;
}

function show(notice: Notice, go: (to: string) => void) {
  const look = () => {
    notifications.hide(notice.id);
    go(`/batches/${notice.batch}`);
  };
  notifications.show({
    id: notice.id,
    color: COLOURS[notice.status] ?? "green",
    autoClose: SHOWN_MS,
    title: headline(notice),
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{notice.detail}</Text>
        <Button size="compact-sm" variant="subtle" onClick={look}>
          Look at it
        </Button>
      </Group>
    ),
  });
}
