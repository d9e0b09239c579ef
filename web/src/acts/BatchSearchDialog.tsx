import { Modal, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import styles from "@/acts/BatchSearchDialog.module.css";
import { useBatchPages } from "@/api/batches";
import type { BatchView } from "@/api/schema";
import { ErrorState } from "@/design/ErrorState";
import { count } from "@/design/formats";
import { LinesSkeleton } from "@/design/Skeletons";
import { StatusBadge } from "@/design/StatusBadge";
import { When } from "@/design/When";

interface BatchSearchDialogProps {
  title: string;
  /** Batches that cannot be chosen, by id. */
  without: readonly string[];
  onChoose: (batch: BatchView) => void;
  onClose: () => void;
}

const PAUSE_MS = 250;

/** One batch, found among the newest or by the words of its name. */
export function BatchSearchDialog({ title, without, onChoose, onClose }: BatchSearchDialogProps) {
  const [words, setWords] = useState("");
  const [q] = useDebouncedValue(words.trim(), PAUSE_MS);
  const { data, error, refetch } = useBatchPages(q === "" ? {} : { q });
  const batches = data?.pages[0]?.batches.filter((batch) => !without.includes(batch.id)) ?? [];
  return (
    <Modal opened onClose={onClose} title={title} size={520}>
      <TextInput
        type="search"
        aria-label="Search batches by name"
        placeholder="Search by name"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        data-autofocus
        mb="xs"
      />
      <div className={styles.found}>
        {error !== null ? (
          <ErrorState compact error={error} onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <LinesSkeleton lines={6} />
        ) : batches.length === 0 ? (
          <Text size="sm" c="dimmed" p="sm" role="status">
            {q === "" ? "There is no other batch yet." : "No batch fits. Try the beginning of a word of its name."}
          </Text>
        ) : (
          <ul className={styles.list} aria-label="Batches">
            {batches.map((batch) => (
              <li key={batch.id}>
                <UnstyledButton className={styles.batch} onClick={() => onChoose(batch)}>
                  <span className={styles.name}>{batch.name}</span>
                  <span className={styles.facts}>
                    <StatusBadge status={batch.status} /> {count(batch.progress.total, "image")} ·{" "}
                    <When at={batch.created_at} />
                  </span>
                </UnstyledButton>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Modal>
  );
}
