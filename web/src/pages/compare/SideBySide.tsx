import { ActionIcon, Tooltip } from "@mantine/core";
import { IconTrophy, IconX } from "@tabler/icons-react";
import type { ItemView } from "@/api/schema";
import styles from "@/pages/compare/Compare.module.css";
import { Stage } from "@/viewer/Stage";
import type { Look } from "@/viewer/zooms";

interface SideBySideProps {
  items: readonly ItemView[];
  titleOf: (item: ItemView) => string;
  look: Look;
  onLook: (look: Look) => void;
  isPicked: (item: ItemView) => boolean;
  onPick: ((item: ItemView) => void) | null;
  onWithout: ((id: string) => void) | null;
}

/** Images beside each other; what is zoomed or moved in one is in all. */
export function SideBySide({ items, titleOf, look, onLook, isPicked, onPick, onWithout }: SideBySideProps) {
  return (
    <ol className={styles.panes} data-count={items.length}>
      {items.map((item, at) => (
        <li key={item.id} className={styles.pane} data-picked={isPicked(item) || undefined}>
          <div className={styles.head}>
            <kbd>{at + 1}</kbd>
            <span title={titleOf(item)}>{titleOf(item)}</span>
            {onPick !== null && item.asset !== null && (
              <Tooltip label={`${isPicked(item) ? "Take back" : "Pick as a winner"} (${at + 1})`}>
                <ActionIcon
                  size="md"
                  aria-label={`Pick image ${at + 1} as a winner`}
                  aria-pressed={isPicked(item)}
                  className={styles.pick}
                  onClick={() => onPick(item)}
                >
                  <IconTrophy size={18} />
                </ActionIcon>
              </Tooltip>
            )}
            {onWithout !== null && (
              <ActionIcon size="md" aria-label={`Compare without image ${at + 1}`} onClick={() => onWithout(item.id)}>
                <IconX size={16} />
              </ActionIcon>
            )}
          </div>
          <div className={styles.stage}>
            <Stage item={item} look={look} onLook={onLook} />
          </div>
        </li>
      ))}
    </ol>
  );
}
