import { Slider } from "@mantine/core";
import { IconPhoto } from "@tabler/icons-react";
import styles from "@/grid/SizeSlider.module.css";

interface SizeSliderProps {
  label: string;
  /** In CSS pixels. */
  sizes: { least: number; most: number; step: number };
  value: number;
  onChange: (size: number) => void;
}

/** How large pictures are in a grid; a phone has no room for more than one size. */
export function SizeSlider({ label, sizes, value, onChange }: SizeSliderProps) {
  return (
    <span className={styles.size}>
      <IconPhoto size={14} stroke={1.6} aria-hidden />
      <Slider
        w={108}
        size={3}
        thumbSize={14}
        color="gray"
        label={null}
        thumbLabel={label}
        min={sizes.least}
        max={sizes.most}
        step={sizes.step}
        value={value}
        onChange={onChange}
      />
      <IconPhoto size={20} stroke={1.6} aria-hidden />
    </span>
  );
}
