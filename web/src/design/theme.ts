import {
  type ActionIconProps,
  type BadgeProps,
  type ButtonProps,
  type CardProps,
  type CloseButtonProps,
  createTheme,
  type DrawerProps,
  type MenuProps,
  type ModalProps,
  type NavLinkProps,
  type PaperProps,
  type SegmentedControlProps,
  type SkeletonProps,
  type TableProps,
  type TooltipProps,
} from "@mantine/core";
import { dark, gray, iris, red } from "@/design/colours";

/** The head of a dialog is not the page's. */
const NO_BANNER = { header: { role: "none" } };

const DIALOG = { title: { fontWeight: 600, fontSize: 16 }, header: { background: "var(--ff-raised)" } };

/** Fanfold's look: calm neutral surfaces on a grid of 8 px, one accent; pictures are the colour. */
export const theme = createTheme({
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  colors: { iris, gray, dark, red },
  primaryColor: "iris",
  primaryShade: { light: 6, dark: 6 },
  black: "#1f1f1d",
  defaultRadius: "md",
  radius: { xs: "4px", sm: "6px", md: "8px", lg: "12px", xl: "16px" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "18px" },
  lineHeights: { xs: "1.35", sm: "1.45", md: "1.5", lg: "1.5", xl: "1.4" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "26px", lineHeight: "1.25" },
      h2: { fontSize: "20px", lineHeight: "1.3" },
      h3: { fontSize: "16px", lineHeight: "1.4" },
      h4: { fontSize: "14px", lineHeight: "1.45" },
    },
  },
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  // By name and type only: a component that a page does not use is not loaded for its look.
  components: {
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: "lg" } satisfies Partial<ActionIconProps> },
    // A title in its alert's own colour is too faint on the tint of it.
    Alert: { styles: { title: { color: "var(--mantine-color-text)" } } },
    Badge: { defaultProps: { variant: "light", radius: "sm", tt: "none", fw: 500 } satisfies Partial<BadgeProps> },
    Button: { defaultProps: { size: "sm" } satisfies Partial<ButtonProps>, styles: { label: { fontWeight: 550 } } },
    Card: {
      defaultProps: { withBorder: true, padding: "lg", bg: "var(--ff-raised)" } satisfies Partial<CardProps>,
    },
    // The crosses of dialogs, drawers and messages.
    CloseButton: { defaultProps: { "aria-label": "Close" } satisfies CloseButtonProps & { "aria-label": string } },
    Drawer: {
      defaultProps: { attributes: NO_BANNER } satisfies Partial<DrawerProps>,
      styles: DIALOG,
    },
    // Its items alone are in a menu, and the first of them has the focus.
    Menu: {
      defaultProps: {
        shadow: "md",
        position: "bottom-end",
        withInitialFocusPlaceholder: false,
      } satisfies Partial<MenuProps>,
    },
    Modal: {
      defaultProps: {
        attributes: NO_BANNER,
        centered: true,
        radius: "lg",
        overlayProps: { backgroundOpacity: 0.4, blur: 2 },
      } satisfies Partial<ModalProps>,
      styles: DIALOG,
    },
    NavLink: { defaultProps: { variant: "light" } satisfies Partial<NavLinkProps> },
    Paper: { defaultProps: { bg: "var(--ff-raised)" } satisfies Partial<PaperProps> },
    SegmentedControl: { defaultProps: { size: "sm" } satisfies Partial<SegmentedControlProps> },
    Skeleton: { defaultProps: { radius: "md" } satisfies Partial<SkeletonProps> },
    Table: { defaultProps: { verticalSpacing: "xs", highlightOnHover: true } satisfies Partial<TableProps> },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false } satisfies Partial<TooltipProps> },
  },
});
