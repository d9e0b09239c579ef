import { SegmentedControl } from "@mantine/core";
import { COMPARE_MODES, type CompareMode, MODE_WORDS } from "@/pages/compare/comparisons";

/** In which way two images are compared. */
export function ModeChoice({ mode, onMode }: { mode: CompareMode; onMode: (mode: CompareMode) => void }) {
  return (
    <SegmentedControl
      aria-label="How to compare"
      data={COMPARE_MODES.map((one) => ({ value: one, label: MODE_WORDS[one] }))}
      value={mode}
      onChange={onMode}
    />
  );
}
