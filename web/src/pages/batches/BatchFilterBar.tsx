import { CloseButton, Pill, Select, Switch, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import type { BatchFilters } from "@/api/batches";
import { useModels } from "@/api/models";
import { STATES } from "@/design/StatusBadge";
import { useTypedSearch } from "@/design/useTypedSearch";
import { DayChoice, daysWord } from "@/filters/DayChoice";
import { Choices, FilterChip } from "@/filters/FilterChip";
import styles from "@/pages/batches/Batches.module.css";
import { STATUSES } from "@/pages/batches/listings";

interface BatchFilterBarProps {
  filters: BatchFilters;
  address: URLSearchParams;
  onChange: (address: URLSearchParams, options?: { replace?: boolean }) => void;
}

/** Which batches are listed; all of it is in the address. */
export function BatchFilterBar({ filters, address, onChange }: BatchFilterBarProps) {
  const models = useModels().data ?? [];
  const say = (said: Record<string, string | null>) => {
    const next = new URLSearchParams(address);
    for (const [name, value] of Object.entries(said))
      if (value === null || value === "") next.delete(name);
      else next.set(name, value);
    onChange(next, { replace: true });
  };
  const set = (name: string, value: string | null) => say({ [name]: value });
  const days = { from: filters.from ?? null, to: filters.to ?? null };
  const [words, write] = useTypedSearch(filters.q ?? "", (q) => set("q", q));
  return (
    <div className={styles.filters}>
      <TextInput
        type="search"
        aria-label="Search by name"
        placeholder="Search by name"
        className={styles.search}
        leftSection={<IconSearch size={16} aria-hidden />}
        rightSection={
          words !== "" && <CloseButton size="sm" aria-label="Search for nothing" onClick={() => write("", true)} />
        }
        value={words}
        onChange={(event) => write(event.currentTarget.value)}
      />
      <Select
        aria-label="State"
        placeholder="Any state"
        clearable
        w={176}
        data={STATUSES.map((status) => ({ value: status, label: STATES[status].word }))}
        value={filters.status ?? null}
        onChange={(status) => set("status", status)}
      />
      <Select
        aria-label="Order"
        w={148}
        allowDeselect={false}
        data={[
          { value: "newest", label: "Newest first" },
          { value: "oldest", label: "Oldest first" },
        ]}
        value={filters.sort ?? "newest"}
        onChange={(sort) => set("sort", sort === "oldest" ? sort : null)}
      />
      <Switch
        label="Archive"
        checked={filters.archived ?? false}
        onChange={(event) => set("archived", event.currentTarget.checked ? "true" : null)}
      />
      <div className={styles.chips}>
        <FilterChip
          label="Model"
          value={models.find(({ id }) => id === filters.model)?.title ?? filters.model ?? null}
          onClear={() => set("model", null)}
        >
          {(close) => (
            <Choices
              label="Models"
              choices={models.map(({ id, title }) => ({ value: id, label: title }))}
              chosen={filters.model ?? null}
              onChoose={(model) => {
                set("model", model);
                close();
              }}
            />
          )}
        </FilterChip>
        <FilterChip label="Submitted" value={daysWord(days)} onClear={() => say({ from: null, to: null })}>
          {() => <DayChoice {...days} onChoose={(chosen) => say({ ...chosen })} />}
        </FilterChip>
        {filters.tag !== undefined && (
          <Pill
            size="md"
            withRemoveButton
            removeButtonProps={{ "aria-label": `Any tag instead of ${filters.tag}`, "aria-hidden": false, tabIndex: 0 }}
            onRemove={() => set("tag", null)}
          >
            #{filters.tag}
          </Pill>
        )}
      </div>
    </div>
  );
}
