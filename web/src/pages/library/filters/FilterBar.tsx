import { ActionIcon, Button, NativeSelect, TextInput } from "@mantine/core";
import { IconSearch, IconX } from "@tabler/icons-react";
import { useMemo, useRef } from "react";
import { useTypedSearch } from "@/design/useTypedSearch";
import { SizeSlider } from "@/grid/SizeSlider";
import { type Shortcut, useShortcuts } from "@/layout/shortcuts";
import { EVERYTHING, isNarrowed, type LibraryView } from "@/pages/library/addresses";
import { FilterChips } from "@/pages/library/filters/FilterChips";
import styles from "@/pages/library/filters/Filters.module.css";
import { ROW_HEIGHTS } from "@/pages/library/layouts";

interface FilterBarProps {
  view: LibraryView;
  rowHeight: number;
  isChoosing: boolean;
  /** `isTyped`: one of many steps of which only the last is worth going back to. */
  onView: (view: LibraryView, isTyped?: boolean) => void;
  onRowHeight: (height: number) => void;
  onChoosing: (wanted: boolean) => void;
}

/** Words, filters and order of the library; how large images are; and choosing by touch. */
export function FilterBar({ view, rowHeight, isChoosing, onView, onRowHeight, onChoosing }: FilterBarProps) {
  const field = useRef<HTMLInputElement>(null);
  const [words, type] = useTypedSearch(view.q, (q) => onView({ ...view, q }, true));
  const shortcuts = useMemo<Shortcut[]>(
    () => [{ keys: "/", words: "Search images", act: () => field.current?.focus() }],
    [],
  );
  useShortcuts(shortcuts);
  return (
    <div className={styles.bar} role="search" aria-label="Images">
      <div className={styles.first}>
        <TextInput
          ref={field}
          className={styles.search}
          aria-label="Search prompts and tags"
          placeholder="Search prompts and tags"
          maxLength={200}
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={
            words !== "" && (
              <ActionIcon size="sm" aria-label="Clear the search" onClick={() => type("", true)}>
                <IconX size={14} aria-hidden />
              </ActionIcon>
            )
          }
          value={words}
          onChange={(event) => type(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") type(words, true);
            if (event.key === "Escape") field.current?.blur();
          }}
        />
        <div className={styles.tools}>
          <SizeSlider label="Size of images" sizes={ROW_HEIGHTS} value={rowHeight} onChange={onRowHeight} />
          <NativeSelect
            className={styles.order}
            aria-label="Order"
            size="sm"
            data={[
              { value: "newest", label: "Newest first" },
              { value: "oldest", label: "Oldest first" },
            ]}
            value={view.sort}
            onChange={(event) =>
              onView({ ...view, sort: event.currentTarget.value === "oldest" ? "oldest" : "newest" })
            }
          />
          <Button
            variant={isChoosing ? "light" : "default"}
            aria-pressed={isChoosing}
            onClick={() => onChoosing(!isChoosing)}
          >
            {isChoosing ? "Done" : "Choose"}
          </Button>
        </div>
      </div>
      <div className={styles.chips}>
        <FilterChips view={view} onView={onView} />
        {isNarrowed(view) && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            flex="none"
            onClick={() => onView({ ...EVERYTHING, sort: view.sort })}
          >
            Clear all
          </Button>
        )}
      </div>
    </div>
  );
}
