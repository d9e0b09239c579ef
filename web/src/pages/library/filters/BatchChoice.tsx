import { Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useBatchPages } from "@/api/batches";
import { ErrorState } from "@/design/ErrorState";
import { LinesSkeleton } from "@/design/Skeletons";
import { Choices } from "@/filters/FilterChip";

interface BatchChoiceProps {
  chosen: string | null;
  onChoose: (batch: string | null) => void;
}

const PAUSE_MS = 250;

/** The newest batches, or those that words find. */
export function BatchChoice({ chosen, onChoose }: BatchChoiceProps) {
  const [words, setWords] = useState("");
  const [q] = useDebouncedValue(words.trim(), PAUSE_MS);
  const { data, error, refetch } = useBatchPages(q === "" ? {} : { q });
  const batches = data?.pages[0]?.batches ?? [];
  return (
    <>
      <TextInput
        mb="xs"
        size="sm"
        aria-label="Search batches"
        placeholder="Search batches"
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        data-autofocus
      />
      {error !== null ? (
        <ErrorState compact error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <LinesSkeleton lines={4} />
      ) : batches.length === 0 ? (
        <Text size="sm" c="dimmed" p="xs">
          No batch fits.
        </Text>
      ) : (
        <Choices
          label="Batches"
          choices={batches.map(({ id, name }) => ({ value: id, label: name }))}
          chosen={chosen}
          onChoose={onChoose}
        />
      )}
    </>
  );
}
