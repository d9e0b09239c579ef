import { Slider } from "@mantine/core";
import { IconArrowsHorizontal } from "@tabler/icons-react";
import { type CSSProperties, type PointerEvent, useRef, useState } from "react";
import type { ItemView } from "@/api/schema";
import styles from "@/pages/compare/Compare.module.css";
import { type CompareMode, slid } from "@/pages/compare/comparisons";
import { Stage } from "@/viewer/Stage";
import type { Look } from "@/viewer/zooms";

interface LayersProps {
  items: readonly ItemView[];
  titleOf: (item: ItemView) => string;
  mode: Exclude<CompareMode, "side">;
  look: Look;
  onLook: (look: Look) => void;
}

/** Two images over one another: parted by a slider, blended, or as the difference of their colours. */
export function Layers({ items, titleOf, mode, look, onLook }: LayersProps) {
  const [below, above] = items;
  const [percent, setPercent] = useState(50);
  if (below === undefined || above === undefined) return null;
  const styleOf: Record<LayersProps["mode"], CSSProperties> = {
    slider: { clipPath: `inset(0 0 0 ${percent}%)` },
    overlay: { opacity: percent / 100 },
    difference: { mixBlendMode: "difference" },
  };
  return (
    <div className={styles.layered}>
      <div className={styles.layers} data-mode={mode}>
        <div className={styles.layer}>
          <Stage item={below} look={look} onLook={onLook} />
        </div>
        <div className={styles.layer} style={styleOf[mode]}>
          <Stage item={above} look={look} onLook={onLook} />
        </div>
        {mode === "slider" && <Divider percent={percent} onPercent={setPercent} />}
        <span className={styles.left}>
          <kbd>1</kbd> {titleOf(below)}
        </span>
        <span className={styles.right}>
          <kbd>2</kbd> {titleOf(above)}
        </span>
      </div>
      {mode === "overlay" && (
        <Slider
          className={styles.blend}
          thumbLabel="How much of the second image shows"
          label={(value) => `${value} %`}
          value={percent}
          onChange={setPercent}
        />
      )}
      {mode === "difference" && (
        <p className={styles.hint}>Black is where both images are the same; the brighter, the more they differ.</p>
      )}
    </div>
  );
}

function Divider({ percent, onPercent }: { percent: number; onPercent: (percent: number) => void }) {
  const line = useRef<HTMLDivElement>(null);
  const drag = (event: PointerEvent<HTMLElement>) => {
    const box = line.current?.parentElement?.getBoundingClientRect();
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || box === undefined) return;
    onPercent(Math.min(100, Math.max(0, ((event.clientX - box.left) / box.width) * 100)));
  };
  return (
    <div ref={line} className={styles.divider} style={{ left: `${percent}%` }}>
      <div
        role="slider"
        tabIndex={0}
        aria-label="Where the images part"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(percent)}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onKeyDown={(event) => {
          const next = slid(percent, event.key);
          if (next === null) return;
          event.preventDefault();
          onPercent(next);
        }}
      >
        <IconArrowsHorizontal size={18} aria-hidden />
      </div>
    </div>
  );
}
