import { Button, Kbd, NavLink, Skeleton, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { Link } from "react-router";
import styles from "@/layout/Navigation.module.css";
import { PLACE_GROUPS, type Place } from "@/layout/places";
import { useIsHere } from "@/layout/useIsHere";
import { useSession } from "@/session/useSession";

const UserMenu = lazy(async () => ({ default: (await import("@/layout/UserMenu")).UserMenu }));

interface NavigationProps {
  /** Called when a place was chosen. */
  onChosen: () => void;
  onSearch: () => void;
  onShortcuts: () => void;
}

/** Where one can go, as far as one's role leads. */
export function Navigation({ onChosen, onSearch, onShortcuts }: NavigationProps) {
  const { can } = useSession();
  return (
    <div className={styles.navigation}>
      <UnstyledButton className={styles.search} onClick={onSearch}>
        <IconSearch size={15} stroke={1.75} aria-hidden />
        <span>Go to or do …</span>
        <Kbd size="xs">{isApple() ? "⌘K" : "Ctrl K"}</Kbd>
      </UnstyledButton>
      {can("make") && (
        <Button
          component={Link}
          to="/batches/new"
          fullWidth
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={onChosen}
        >
          New batch
        </Button>
      )}
      <div className={styles.places}>
        {PLACE_GROUPS.map(({ label, places }) => {
          const open = places.filter((place) => can(place.needs));
          if (open.length === 0) return null;
          return (
            <Stack key={label} gap={2} component="section" aria-label={label}>
              <Text className={styles.group}>{label}</Text>
              {open.map((place) => (
                <PlaceLink key={place.to} place={place} onChosen={onChosen} />
              ))}
            </Stack>
          );
        })}
      </div>
      <Suspense fallback={<Skeleton height={52} />}>
        <UserMenu onChosen={onChosen} onShortcuts={onShortcuts} />
      </Suspense>
    </div>
  );
}

function PlaceLink({ place: { to, label, Icon }, onChosen }: { place: Place; onChosen: () => void }) {
  const isActive = useIsHere(to);
  return (
    <NavLink
      component={Link}
      to={to}
      label={label}
      active={isActive}
      aria-current={isActive ? "page" : undefined}
      className={styles.link}
      leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
      onClick={onChosen}
    />
  );
}

function isApple(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent);
}
