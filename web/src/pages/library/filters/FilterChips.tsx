import { useBatchName } from "@/api/batchNames";
import { useModels } from "@/api/models";
import { DayChoice, daysWord } from "@/filters/DayChoice";
import { Choices, FilterChip } from "@/filters/FilterChip";
import type { LibraryView, Rated } from "@/pages/library/addresses";
import { BatchChoice } from "@/pages/library/filters/BatchChoice";
import { TagChoice } from "@/pages/library/filters/TagChoice";
import { RATING_WORDS } from "@/pages/library/ratings";

interface FilterChipsProps {
  view: LibraryView;
  onView: (view: LibraryView) => void;
}

const RATING_CHOICES: { value: Rated; label: string }[] = [
  ...RATING_WORDS.map(({ rating, word }) => ({ value: String(rating) as Rated, label: `${rating} · ${word}` })),
  { value: "rated", label: "Any rating" },
  { value: "unrated", label: "Not rated yet" },
];

const PICKED_CHOICES = [
  { value: "yes", label: "Picked" },
  { value: "no", label: "Not picked" },
] as const;

/** Everything by which images can be narrowed, but words. */
export function FilterChips({ view, onView }: FilterChipsProps) {
  const models = useModels().data ?? [];
  const batchName = useBatchName(view.batch);
  const set = (part: Partial<LibraryView>) => onView({ ...view, ...part });
  const titleOf = (id: string) => models.find((model) => model.id === id)?.title ?? id;
  const picked = view.picked === null ? null : view.picked ? "yes" : "no";
  return (
    <>
      <FilterChip
        label="Model"
        value={view.model === null ? null : titleOf(view.model)}
        onClear={() => set({ model: null })}
      >
        {(close) => (
          <Choices
            label="Models"
            choices={models.map((model) => ({ value: model.id, label: model.title }))}
            chosen={view.model}
            onChoose={(model) => {
              set({ model });
              close();
            }}
          />
        )}
      </FilterChip>
      <FilterChip label="Tag" value={view.tag} onClear={() => set({ tag: null })}>
        {(close) => (
          <TagChoice
            tag={view.tag}
            onChoose={(tag) => {
              set({ tag });
              close();
            }}
          />
        )}
      </FilterChip>
      <FilterChip label="Made" value={daysWord(view)} onClear={() => set({ from: null, to: null })}>
        {() => <DayChoice from={view.from} to={view.to} onChoose={set} />}
      </FilterChip>
      <FilterChip
        label="Batch"
        value={view.batch === null ? null : (batchName ?? (batchName === null ? "Deleted batch" : "…"))}
        onClear={() => set({ batch: null })}
      >
        {(close) => (
          <BatchChoice
            chosen={view.batch}
            onChoose={(batch) => {
              set({ batch });
              close();
            }}
          />
        )}
      </FilterChip>
      <FilterChip
        label="Rating"
        value={RATING_CHOICES.find((choice) => choice.value === view.rating)?.label ?? null}
        onClear={() => set({ rating: null })}
      >
        {(close) => (
          <Choices
            label="Ratings"
            choices={RATING_CHOICES}
            chosen={view.rating}
            onChoose={(rating) => {
              set({ rating });
              close();
            }}
          />
        )}
      </FilterChip>
      <FilterChip
        label="Picks"
        value={PICKED_CHOICES.find((choice) => choice.value === picked)?.label ?? null}
        onClear={() => set({ picked: null })}
      >
        {(close) => (
          <Choices
            label="Picks"
            choices={PICKED_CHOICES}
            chosen={picked}
            onChoose={(value) => {
              set({ picked: value === null ? null : value === "yes" });
              close();
            }}
          />
        )}
      </FilterChip>
    </>
  );
}
