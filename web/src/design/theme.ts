import { createTheme } from "@mantine/core";

/** Fanfold's look: calm surfaces, one accent; pictures are the colour. */
export const theme = createTheme({
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  defaultRadius: "md",
});
