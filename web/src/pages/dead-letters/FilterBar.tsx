import { Button, SegmentedControl, Select, Text, TextInput } from "@mantine/core";
import { IconSearch, IconX } from "@tabler/icons-react";
import type { DeadLetterFilter } from "@/api/schema";
import { useTypedSearch } from "@/design/useTypedSearch";
import styles from "@/pages/dead-letters/FilterBar.module.css";
import { KINDS, reasonOf } from "@/viewer/reasons";

interface FilterBarProps {
  filter: DeadLetterFilter;
  discarded: boolean;
  onSay: (said: Record<string, string | null>) => void;
}

/** What is listed; all of it is in the page's address. */
export function FilterBar({ filter, discarded, onSay }: FilterBarProps) {
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <div className={styles.filters}>
      <SegmentedControl
        aria-label="Which images"
        data={[
          { value: "waiting", label: "Waiting" },
          { value: "discarded", label: "Discarded" },
        ]}
        value={discarded ? "discarded" : "waiting"}
        onChange={(which) => onSay({ discarded: which === "discarded" ? "true" : null })}
      />
      <TypedFilter
        label="Words of the prompt or the reason"
        value={filter.q ?? ""}
        onSay={(q) => onSay({ q })}
        isSearch
      />
      <Select
        aria-label="Reason"
        placeholder="Any reason"
        clearable
        data={KINDS.map((kind) => ({ value: kind, label: reasonOf(kind) }))}
        value={filter.kind ?? null}
        onChange={(kind) => onSay({ kind })}
        className={styles.reason}
      />
      <TypedFilter label="Model" value={filter.model ?? ""} onSay={(model) => onSay({ model })} />
      <TypedFilter label="Batch id" value={filter.batch ?? ""} onSay={(batch) => onSay({ batch })} />
      <TextInput
        type="date"
        aria-label="Failed on or after"
        {...labelled("From")}
        value={filter.from ?? ""}
        onChange={(event) => onSay({ from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        aria-label="Failed on or before"
        {...labelled("To")}
        value={filter.to ?? ""}
        onChange={(event) => onSay({ to: event.currentTarget.value })}
      />
      {isFiltered && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconX size={16} aria-hidden />}
          onClick={() => onSay({ kind: null, model: null, provider: null, batch: null, q: null, from: null, to: null })}
        >
          Clear
        </Button>
      )}
    </div>
  );
}

function labelled(word: string) {
  return {
    leftSection: <Text size="xs">{word}</Text>,
    leftSectionWidth: 48,
    leftSectionPointerEvents: "none" as const,
  };
}

interface TypedFilterProps {
  label: string;
  value: string;
  isSearch?: boolean;
  onSay: (text: string) => void;
}

function TypedFilter({ label, value, isSearch = false, onSay }: TypedFilterProps) {
  const [text, type] = useTypedSearch(value, onSay);
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      className={isSearch ? styles.search : styles.short}
      {...(isSearch && { type: "search", leftSection: <IconSearch size={16} aria-hidden /> })}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}
