import { AppShell, Burger, Group, NavLink, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Outlet, NavLink as RouterLink } from "react-router";

const PAGES = [
  { to: "/batches", label: "Batches" },
  { to: "/library", label: "Library" },
  { to: "/costs", label: "Costs" },
  { to: "/limits", label: "Limits" },
  { to: "/members", label: "Members" },
  { to: "/keys", label: "Keys" },
  { to: "/monitor", label: "Monitor" },
  { to: "/dead-letters", label: "Dead letters" },
  { to: "/settings", label: "Settings" },
];

/** What stands around every page: navigation and the page itself. */
export function Shell() {
  const [open, { toggle, close }] = useDisclosure();
  return (
    <AppShell
      header={{ height: { base: 48, sm: 0 } }}
      navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: !open } }}
      padding="lg"
    >
      <AppShell.Header hiddenFrom="sm" px="md">
        <Group h="100%">
          <Burger opened={open} onClick={toggle} size="sm" aria-label="Navigation" />
          <Text fw={600}>Fanfold</Text>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        {PAGES.map((page) => (
          <NavLink key={page.to} component={RouterLink} to={page.to} label={page.label} onClick={close} />
        ))}
      </AppShell.Navbar>
      <AppShell.Main>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
