import { Text } from "@mantine/core";
import { IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { Act } from "@/viewer/Act";
import styles from "@/viewer/Viewer.module.css";
import { KEY_STEP, type Look, MOST_SCALE, scaled } from "@/viewer/zooms";

/** How large an image is shown, and larger or smaller. */
export function ZoomActs({ look, onLook }: { look: Look; onLook: (look: Look) => void }) {
  return (
    <span className={styles.zooms}>
      <Act label="Zoom out (−)" onClick={() => onLook(scaled(look, 1 / KEY_STEP))} disabled={look.scale <= 1}>
        <IconZoomOut size={20} />
      </Act>
      <Text size="xs" c="dimmed" w={44} ta="center" data-figures>
        {Math.round(look.scale * 100)} %
      </Text>
      <Act label="Zoom in (+)" onClick={() => onLook(scaled(look, KEY_STEP))} disabled={look.scale >= MOST_SCALE}>
        <IconZoomIn size={20} />
      </Act>
    </span>
  );
}
