import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Move } from "@/acts/lines";
import { useLineActs } from "@/acts/useLineActs";
import { retryBatch } from "@/api/batches";
import { useItem } from "@/api/items";
import { asProblem } from "@/api/problems";
import type { ItemView, QueueView } from "@/api/schema";
import { count, moment } from "@/design/formats";
import { tell } from "@/design/toasts";
import { ItemForm } from "@/viewer/ItemForm";
import { reasonOf } from "@/viewer/reasons";
import styles from "@/viewer/Viewer.module.css";

/** How often a place in the queue is looked at. */
const PLACE_MS = 5_000;
const AT_ONCE_MS = 30_000;

interface ItemStateProps {
  item: ItemView;
  canSteer: boolean;
}

/** Why an image failed or what it waits for, and what to do about it; nothing for one that is done or being made. */
export function ItemState({ item, canSteer }: ItemStateProps) {
  const [isEditing, setEditing] = useState(false);
  const placed = useItem(item.batch, item.status === "pending" ? item.id : null, PLACE_MS);
  const queue = placed.data?.queue ?? null;
  if (item.status !== "failed" && item.status !== "pending") return null;
  const done = () => {
    setEditing(false);
    tell(item.status === "failed" ? "It is tried again." : "Saved. It is made with these settings.");
  };
  return (
    <div className={styles.state} data-tone={item.status === "failed" ? "bad" : "neutral"}>
      {item.status === "failed" ? <Failure item={item} /> : <Waiting item={item} queue={queue} />}
      {canSteer && !isEditing && (
        <Group gap="xs" mt="sm">
          {item.status === "failed" ? (
            <RetryButton item={item} onDone={done} />
          ) : (
            queue?.position !== 0 && <FrontButton item={item} />
          )}
          <Button variant="default" onClick={() => setEditing(true)}>
            {item.status === "failed" ? "Edit and try again" : "Edit"}
          </Button>
        </Group>
      )}
      {isEditing && (
        <div className={styles.form}>
          <ItemForm key={item.id} item={item} onDone={done} onCancel={() => setEditing(false)} />
        </div>
      )}
    </div>
  );
}

function Failure({ item }: { item: ItemView }) {
  const error = item.error;
  return (
    <Stack gap={4}>
      <Text fw={600}>{reasonOf(error?.kind ?? "unknown")}</Text>
      {error !== null && error.hint !== "" && <Text size="sm">{error.hint}</Text>}
      {error !== null && (
        <details className={styles.details}>
          <summary>What the provider said</summary>
          <Text size="xs" className={styles.prompt}>
            {error.detail}
          </Text>
        </details>
      )}
    </Stack>
  );
}

function Waiting({ item, queue }: { item: ItemView; queue: QueueView | null }) {
  const next = item.not_before !== null && Date.parse(item.not_before) > Date.now() ? item.not_before : null;
  return (
    <Stack gap={4}>
      <Text fw={600}>{next === null ? "Waiting for its turn" : "Waiting for its next try"}</Text>
      <Text size="sm">
        {queue === null
          ? "Its place in the queue is being looked up."
          : queue.position === 0
            ? "It is next."
            : `${count(queue.position, "image")} ${queue.position === 1 ? "goes" : "go"} first.`}
        {next !== null && ` Its next try is at ${moment(next)}.`}
        {next === null && startWords(queue?.starts_at ?? null)}
      </Text>
    </Stack>
  );
}

/** When it starts, as far as that is known; what starts at any moment needs no words. */
function startWords(startsAt: string | null): string {
  if (startsAt === null || Date.parse(startsAt) - Date.now() < AT_ONCE_MS) return "";
  return ` It starts at about ${moment(startsAt)}.`;
}

function RetryButton({ item, onDone }: { item: ItemView; onDone: () => void }) {
  const retry = useMutation({ mutationFn: () => retryBatch(item.batch, { items: [item.id] }), onSuccess: onDone });
  return (
    <>
      <Button loading={retry.isPending} onClick={() => retry.mutate()}>
        Try again
      </Button>
      <Refusal error={retry.error} />
    </>
  );
}

function FrontButton({ item }: { item: ItemView }) {
  const line = useLineActs(item.batch);
  const move: Move = { items: [item.id], where: "first" };
  return <Button onClick={() => line.moveUnseen(move, "It is made first.")}>Make it first</Button>;
}

function Refusal({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <Text size="sm" c="var(--mantine-color-error)" role="alert" style={{ order: 9, flexBasis: "100%" }}>
      {asProblem(error).detail}
    </Text>
  );
}
