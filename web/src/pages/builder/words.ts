/** Words for what the API names. */

const MODE_TITLES: Readonly<Record<string, string>> = {
  style_only: "Style only",
  style_and_composition: "Style and composition",
};

export function modeTitle(mode: string): string {
  return MODE_TITLES[mode] ?? mode;
}
