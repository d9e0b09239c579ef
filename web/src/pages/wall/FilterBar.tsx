import { Button, UnstyledButton } from "@mantine/core";
import { IconTrophy } from "@tabler/icons-react";
import { useLayoutEffect, useRef } from "react";
import type { BatchView } from "@/api/schema";
import { figure } from "@/design/formats";
import { SizeSlider } from "@/grid/SizeSlider";
import styles from "@/pages/wall/FilterBar.module.css";
import { countOf, FILTER_WORDS, WALL_FILTERS, type WallFilter } from "@/pages/wall/filters";
import { TILE_WIDTHS } from "@/pages/wall/grids";

interface FilterBarProps {
  batch: BatchView;
  filter: WallFilter;
  tileWidth: number;
  isChoosing: boolean;
  onFilter: (filter: WallFilter) => void;
  onTileWidth: (width: number) => void;
  onChoosing: (wanted: boolean) => void;
}

/** What is shown, with how many there are of each; how large tiles are; and choosing by touch. */
export function FilterBar(props: FilterBarProps) {
  const { batch, filter, tileWidth, isChoosing, onFilter, onTileWidth, onChoosing } = props;
  const filters = useRef<HTMLDivElement>(null);
  // On a phone not all of them have room: the one that is chosen is brought into view, and what stands beside it shows that there are more.
  useLayoutEffect(() => {
    const row = filters.current;
    const chosen = row?.querySelector<HTMLElement>(`[data-of="${filter}"]`);
    if (row && chosen) row.scrollLeft = chosen.offsetLeft - row.offsetLeft - (row.clientWidth - chosen.offsetWidth) / 2;
  }, [filter]);
  const offered = WALL_FILTERS.filter((one) => one === filter || isOffered(one, batch));
  return (
    <div className={styles.bar}>
      <div ref={filters} className={styles.filters} role="group" aria-label="Show">
        {offered.map((one) => {
          const count = countOf(one, batch.progress);
          return (
            <UnstyledButton
              key={one}
              className={styles.filter}
              data-of={one}
              aria-pressed={one === filter}
              onClick={() => onFilter(one)}
            >
              {one === "picked" ? (
                <IconTrophy size={14} stroke={1.8} aria-hidden />
              ) : (
                one !== "all" && <i aria-hidden />
              )}
              {FILTER_WORDS[one]}
              {count !== null && <span data-figures>{figure(count)}</span>}
            </UnstyledButton>
          );
        })}
      </div>
      <div className={styles.tools}>
        <Button
          variant={isChoosing ? "light" : "default"}
          size="xs"
          aria-pressed={isChoosing}
          onClick={() => onChoosing(!isChoosing)}
        >
          {isChoosing ? "Done choosing" : "Choose"}
        </Button>
        {filter !== "pending" && (
          <SizeSlider label="Size of tiles" sizes={TILE_WIDTHS} value={tileWidth} onChange={onTileWidth} />
        )}
      </div>
    </div>
  );
}

/** States that no image is in are not offered: fewer words to read past. */
function isOffered(filter: WallFilter, batch: BatchView): boolean {
  if (filter === "all") return true;
  if (filter === "picked") return batch.progress.succeeded > 0;
  return batch.progress[filter] > 0;
}
