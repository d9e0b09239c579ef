import type { RouteObject } from "react-router";
import { LiveOutlet } from "@/layout/LiveOutlet";
import { PageFailed } from "@/layout/PageFailed";
import { Shell } from "@/layout/Shell";
import { RequireSession } from "@/session/RequireSession";

const PAGES: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import("@/pages/batches/HomePage")).HomePage }) },
  { path: "batches", lazy: async () => ({ Component: (await import("@/pages/batches/BatchesPage")).BatchesPage }) },
  {
    path: "batches/new",
    lazy: async () => ({ Component: (await import("@/pages/builder/BuilderPage")).BuilderPage }),
  },
  {
    path: "batches/drafts/:draft",
    lazy: async () => ({ Component: (await import("@/pages/builder/BuilderPage")).BuilderPage }),
  },
  { path: "batches/:batch", lazy: async () => ({ Component: (await import("@/pages/wall/WallPage")).WallPage }) },
  {
    path: "batches/:batch/compare",
    lazy: async () => ({ Component: (await import("@/pages/compare/ComparePage")).ComparePage }),
  },
  {
    path: "compare/batches",
    lazy: async () => ({
      Component: (await import("@/pages/compare/batches/CompareBatchesPage")).CompareBatchesPage,
    }),
  },
  {
    path: "compare/images",
    lazy: async () => ({ Component: (await import("@/pages/compare/images/CompareImagesPage")).CompareImagesPage }),
  },
  { path: "library", lazy: async () => ({ Component: (await import("@/pages/library/LibraryPage")).LibraryPage }) },
  {
    path: "library/:asset",
    lazy: async () => ({ Component: (await import("@/pages/library/detail/AssetPage")).AssetPage }),
  },
  { path: "costs", lazy: async () => ({ Component: (await import("@/pages/costs/CostsPage")).CostsPage }) },
  { path: "limits", lazy: async () => ({ Component: (await import("@/pages/limits/LimitsPage")).LimitsPage }) },
  { path: "members", lazy: async () => ({ Component: (await import("@/pages/members/MembersPage")).MembersPage }) },
  { path: "keys", lazy: async () => ({ Component: (await import("@/pages/keys/KeysPage")).KeysPage }) },
  { path: "monitor", lazy: async () => ({ Component: (await import("@/pages/monitor/MonitorPage")).MonitorPage }) },
  {
    path: "dead-letters",
    lazy: async () => ({ Component: (await import("@/pages/dead-letters/DeadLettersPage")).DeadLettersPage }),
  },
  {
    path: "settings",
    lazy: async () => ({ Component: (await import("@/pages/settings/SettingsPage")).SettingsPage }),
  },
  { path: "*", lazy: async () => ({ Component: (await import("@/pages/not-found/NotFoundPage")).NotFoundPage }) },
];

/** Every page of the application, each loaded when it is first opened. */
export const routes: RouteObject[] = [
  {
    ErrorBoundary: PageFailed,
    // Nothing is drawn before the first page is there.
    HydrateFallback: () => null,
    children: [
      { path: "/sign-in", lazy: async () => ({ Component: (await import("@/pages/sign-in/SignInPage")).SignInPage }) },
      {
        path: "/invitation",
        lazy: async () => ({ Component: (await import("@/pages/sign-in/InvitationPage")).InvitationPage }),
      },
      {
        Component: RequireSession,
        children: [
          {
            Component: LiveOutlet,
            children: [{ path: "/", Component: Shell, children: [{ ErrorBoundary: PageFailed, children: PAGES }] }],
          },
        ],
      },
    ],
  },
];
