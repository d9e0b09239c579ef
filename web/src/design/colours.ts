import type { CSSVariablesResolver, MantineColorsTuple } from "@mantine/core";

/** The one accent: acts, focus, selection, progress. Pictures are the other colours. */
export const iris: MantineColorsTuple = [
  "#f4f2ff",
  "#e6e2fe",
  "#cbc4fa",
  "#aea4f5",
  "#968af0",
  "#7f70e9",
  "#6757dc",
  "#5848c8",
  "#463aa3",
  "#332b78",
];

/** Warm greys of the light scheme: paper, borders, text. */
export const gray: MantineColorsTuple = [
  "#f8f8f7",
  "#f1f1ef",
  "#e8e8e5",
  "#dbdbd7",
  "#c3c3be",
  "#9a9a94",
  "#6b6b66",
  "#50504c",
  "#353532",
  "#1f1f1d",
];

/** Greys of the dark scheme, from text to ground. */
export const dark: MantineColorsTuple = [
  "#ecedee",
  "#c9cbce",
  "#a0a4a9",
  "#71767d",
  "#3b3e43",
  "#2b2d31",
  "#212327",
  "#17181b",
  "#111214",
  "#0b0c0d",
];

/** What cannot be taken back; white is readable on it. */
export const red: MantineColorsTuple = [
  "#fdf1f0",
  "#fce4e1",
  "#f7c4bf",
  "#f19c94",
  "#e8736a",
  "#dd5048",
  "#c9352c",
  "#b3261e",
  "#8f1d17",
  "#6e1611",
];

/** What a state feels like: each tone has a text, a fill behind it and a solid for dots and bars, readable on both schemes. */
const TONES = {
  neutral: { light: ["#5c5c57", "#ededea", "#9a9a94"], dark: ["#b3b6ba", "#2b2d31", "#71767d"] },
  active: { light: ["#5343c4", "#ebe8fe", "#6757dc"], dark: ["#b3aaf7", "#2b2750", "#7f70e9"] },
  good: { light: ["#1a6b3c", "#def3e5", "#2f9e5f"], dark: ["#7fd6a2", "#173324", "#3fae6f"] },
  warn: { light: ["#855700", "#faeccc", "#d69200"], dark: ["#ecc26a", "#38290b", "#d69a1e"] },
  bad: { light: ["#b3261e", "#fce4e1", "#d6453b"], dark: ["#f79d94", "#3f1a17", "#e0564b"] },
} as const;

export type Tone = keyof typeof TONES;

/** Variables of our own, named by use: `--ff-raised`, `--ff-tone-good-text`, … */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#fafaf9",
    "--mantine-color-dimmed": "#666661",
    "--mantine-color-error": "#b3261e",
    "--mantine-color-default-border": "#dbdbd7",
    "--mantine-color-placeholder": "#73736d",
    "--ff-raised": "#ffffff",
    "--ff-sunken": "#f1f1ef",
    "--ff-line": "#e8e8e5",
    "--ff-hover": "#f1f1ef",
    "--ff-selected": "#ebe8fe",
    "--ff-shadow": "0 1px 2px rgb(20 20 18 / 6%), 0 8px 24px rgb(20 20 18 / 8%)",
    ...tones("light"),
  },
  dark: {
    "--mantine-color-body": "#131416",
    "--mantine-color-dimmed": "#a0a4a9",
    "--mantine-color-error": "#f79d94",
    "--mantine-color-default-border": "#34373c",
    "--mantine-color-placeholder": "#8b9097",
    "--ff-raised": "#1a1b1e",
    "--ff-sunken": "#0e0f11",
    "--ff-line": "#26282c",
    "--ff-hover": "#212327",
    "--ff-selected": "#2b2750",
    "--ff-shadow": "0 1px 2px rgb(0 0 0 / 40%), 0 8px 24px rgb(0 0 0 / 45%)",
    ...tones("dark"),
  },
});

function tones(scheme: "light" | "dark"): Record<string, string> {
  return Object.fromEntries(
    Object.entries(TONES).flatMap(([tone, of]) => {
      const [text, fill, solid] = of[scheme];
      return [
        [`--ff-tone-${tone}-text`, text],
        [`--ff-tone-${tone}-fill`, fill],
        [`--ff-tone-${tone}-solid`, solid],
      ];
    }),
  );
}
