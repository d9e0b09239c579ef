import { ActionIcon, AppShell, Burger, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { lazy, Suspense, useMemo, useState } from "react";
import { Link, Outlet, ScrollRestoration, useNavigate } from "react-router";
import { Brand } from "@/layout/Brand";
import { Navigation } from "@/layout/Navigation";
import { NavigationProgress } from "@/layout/NavigationProgress";
import { OfflineBanner } from "@/layout/OfflineBanner";
import { PLACE_GROUPS, SETTINGS } from "@/layout/places";
import styles from "@/layout/Shell.module.css";
import { useShortcuts } from "@/layout/shortcuts";
import { TabBar } from "@/layout/TabBar";
import { useHeadingFocus } from "@/layout/useHeadingFocus";
import { useMenu } from "@/layout/useMenu";
import { useSession } from "@/session/useSession";

const CommandPalette = lazy(async () => ({ default: (await import("@/layout/CommandPalette")).CommandPalette }));
const NoticeBell = lazy(async () => ({ default: (await import("@/notices/NoticeBell")).NoticeBell }));
const ShortcutList = lazy(async () => ({ default: (await import("@/layout/ShortcutList")).ShortcutList }));

/** What stands around every page: navigation at the side, or below on a phone, and the page itself. */
export function Shell() {
  const menu = useMenu();
  const [shortcuts, { open: showShortcuts, close: hideShortcuts }] = useDisclosure();
  const [isSearching, setSearching] = useState(false);
  useHeadingFocus();
  const search = () => {
    menu.close();
    setSearching(true);
  };
  useGeneralShortcuts(() => setSearching(true), showShortcuts);
  return (
    <AppShell
      header={{ height: { base: 52, sm: 0 } }}
      footer={{ height: { base: "var(--ff-tab-bar)", sm: 0 } }}
      navbar={{ width: 240, breakpoint: "sm", collapsed: { mobile: !menu.isOpen } }}
      classNames={{ navbar: styles.navbar, header: styles.bar, footer: styles.bar, main: styles.main }}
    >
      <a href="#page" className={styles.skip}>
        Skip to the page
      </a>
      <NavigationProgress />
      <AppShell.Header hiddenFrom="sm" px="md">
        <Group h="100%" justify="space-between">
          <BrandLink />
          <Group gap="xs">
            <Notices />
            <Burger
              ref={menu.button}
              opened={menu.isOpen}
              onClick={menu.toggle}
              size="sm"
              aria-label={menu.isOpen ? "Close the menu" : "Open the menu"}
              aria-expanded={menu.isOpen}
              aria-controls="menu"
            />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar ref={menu.layer} id="menu" p="sm" aria-label="Main" inert={menu.isOutOfReach}>
        <AppShell.Section visibleFrom="sm" px={8} pt={4} pb={14}>
          <Group justify="space-between" wrap="nowrap">
            <BrandLink />
            <Notices />
          </Group>
        </AppShell.Section>
        <Navigation onChosen={menu.close} onSearch={search} onShortcuts={showShortcuts} />
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1} inert={menu.isOpen}>
        <OfflineBanner />
        <div className={styles.page}>
          <Outlet />
        </div>
      </AppShell.Main>
      <AppShell.Footer hiddenFrom="sm">
        <TabBar onChosen={menu.close} />
      </AppShell.Footer>
      <Suspense>
        {shortcuts && <ShortcutList opened onClose={hideShortcuts} />}
        {isSearching && <CommandPalette onClosed={() => setSearching(false)} />}
      </Suspense>
      <ScrollRestoration />
    </AppShell>
  );
}

function Notices() {
  const { user } = useSession();
  return (
    <Suspense fallback={<ActionIcon variant="subtle" size="lg" loading aria-label="Notices" />}>
      <NoticeBell me={user.id} />
    </Suspense>
  );
}

function BrandLink() {
  return (
    <Link to="/batches" className={styles.brand}>
      <Brand size={22} />
      <Text fw={650} size="md" span>
        Fanfold
      </Text>
    </Link>
  );
}

/** The shortcuts that work on every page. */
function useGeneralShortcuts(search: () => void, list: () => void) {
  const navigate = useNavigate();
  const { can, role } = useSession();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what may be done changes with the role alone
  const shortcuts = useMemo(
    () =>
      [
        { keys: "mod+k", words: "Go to or do …", act: search },
        { keys: "?", words: "Show the shortcuts", act: list },
        ...(can("make") ? [{ keys: "c", words: "New batch", act: () => void navigate("/batches/new") }] : []),
        ...[...PLACE_GROUPS.flatMap((group) => group.places), SETTINGS]
          .filter((place) => can(place.needs))
          .map(({ to, label, key }) => ({ keys: `g ${key}`, words: `Go to ${label}`, act: () => void navigate(to) })),
      ].map((shortcut) => ({ ...shortcut, isEverywhere: true })),
    [role, navigate],
  );
  useShortcuts(shortcuts);
}
