import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { itemsCsv, itemsFile } from "@/acts/itemExports";
import { itemPages } from "@/api/items";
import type { BatchView, ItemView } from "@/api/schema";
import { count, figure } from "@/design/formats";
import { tell, tellProblem } from "@/design/toasts";
import { save } from "@/files/savings";
import { useSessionStore } from "@/session/useSession";

/** Downloads a batch's items as CSV while the person goes on; leaving Fanfold ends it. */
export function useItemExport() {
  const store = useSessionStore();
  return async (batch: BatchView) => {
    const abort = new AbortController();
    const stopListening = store.onLeave(() => abort.abort());
    const total = batch.progress.total;
    const note = (done: number) => ({
      position: "top-right" as const,
      autoClose: false as const,
      withCloseButton: false,
      message: <ExportNote done={done} total={total} onCancel={() => abort.abort()} />,
    });
    const id = notifications.show(note(0));
    try {
      const items: ItemView[] = [];
      for await (const page of itemPages(batch.id, abort.signal)) {
        items.push(...page);
        notifications.update({ id, ...note(items.length) });
      }
      save(itemsFile(batch.name), "text/csv", await itemsCsv(items, batch.name));
      tell(`${count(items.length, "row")} saved as CSV.`);
    } catch (error) {
      if (!abort.signal.aborted) tellProblem(error, "The rows could not be read");
    } finally {
      notifications.hide(id);
      stopListening();
    }
  };
}

function ExportNote({ done, total, onCancel }: { done: number; total: number; onCancel: () => void }) {
  return (
    <Stack gap={6}>
      <Text size="sm" fw={600} data-figures>
        Reading {figure(done)} of {count(total, "row")}
      </Text>
      <Group wrap="nowrap" gap="sm">
        <Progress value={(100 * done) / Math.max(1, total)} flex={1} size="sm" aria-label="Read" />
        <Button size="compact-xs" variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </Group>
    </Stack>
  );
}
