import {
  Avatar,
  Menu,
  SegmentedControl,
  Text,
  UnstyledButton,
  useMantineColorScheme,
  VisuallyHidden,
} from "@mantine/core";
import { IconDeviceDesktop, IconKeyboard, IconLogout, IconMoon, IconSelector, IconSun } from "@tabler/icons-react";
import { Link } from "react-router";
import styles from "@/layout/Navigation.module.css";
import { SETTINGS } from "@/layout/places";
import { useSession, useSessionStore } from "@/session/useSession";

interface UserMenuProps {
  onChosen: () => void;
  onShortcuts: () => void;
}

const SCHEMES = [
  { value: "auto", label: <Scheme Icon={IconDeviceDesktop} name="As the device" /> },
  { value: "light", label: <Scheme Icon={IconSun} name="Light" /> },
  { value: "dark", label: <Scheme Icon={IconMoon} name="Dark" /> },
];

/** Who is here, and what is theirs: settings, the scheme of colours, the way out. */
export function UserMenu({ onChosen, onShortcuts }: UserMenuProps) {
  const { user, organisation } = useSession();
  const store = useSessionStore();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="top-start" width={216}>
      <Menu.Target>
        <UnstyledButton className={styles.user}>
          <VisuallyHidden>Your menu:</VisuallyHidden>
          <Avatar aria-hidden name={user.name} size={30} radius="md" variant="light" color="iris" />
          <span style={{ flex: 1, minWidth: 0 }}>
            <Text size="sm" fw={500} truncate>
              {user.name}
            </Text>
            <Text size="xs" c="dimmed" truncate>
              {organisation.name}
            </Text>
          </span>
          <IconSelector size={16} stroke={1.6} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.email}</Menu.Label>
        <SegmentedControl
          fullWidth
          size="xs"
          mx={6}
          my={4}
          w="calc(100% - 12px)"
          aria-label="Colours"
          data={SCHEMES}
          value={colorScheme}
          onChange={(value) => setColorScheme(value === "light" || value === "dark" ? value : "auto")}
        />
        <Menu.Item
          component={Link}
          to={SETTINGS.to}
          leftSection={<SETTINGS.Icon size={16} stroke={1.6} aria-hidden />}
          onClick={onChosen}
        >
          {SETTINGS.label}
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} stroke={1.6} aria-hidden />} onClick={onShortcuts}>
          Shortcuts
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.6} aria-hidden />} onClick={() => void store.leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Scheme({ Icon, name }: { Icon: typeof IconSun; name: string }) {
  return (
    <span title={name} style={{ display: "grid", placeItems: "center", height: 18 }}>
      <Icon size={15} stroke={1.6} aria-hidden />
      <VisuallyHidden>{name}</VisuallyHidden>
    </span>
  );
}
