import { Skeleton } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { laidOut } from "@/pages/library/layouts";
import styles from "@/pages/library/PictureWall.module.css";

const SHAPES = [1, 0.8, 1.78, 1, 1.5, 0.8, 1, 0.56, 1.78, 1, 1.5, 1];
const shapes = Array.from({ length: 36 }, (_, at) => ({ width: SHAPES[at % SHAPES.length] ?? 1, height: 1 }));
const ROWS = 4;

/** What the library looks like before its images are known. */
export function GallerySkeleton({ rowHeight }: { rowHeight: number }) {
  const { ref, width } = useElementSize();
  const rows = laidOut(shapes, width, rowHeight, true).rows.slice(0, ROWS);
  return (
    <div
      ref={ref}
      className={styles.wall}
      style={{ height: (rowHeight + 10) * ROWS }}
      aria-busy="true"
      role="status"
      aria-label="Loading"
    >
      {rows.flatMap((row) =>
        row.spots.map((spot) => (
          <Skeleton
            key={spot.place}
            pos="absolute"
            top={row.top}
            left={spot.left}
            width={spot.width}
            height={row.height}
          />
        )),
      )}
    </div>
  );
}
