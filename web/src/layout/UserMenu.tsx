import { Avatar, Menu, Text, UnstyledButton, useMantineColorScheme, VisuallyHidden } from "@mantine/core";
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
  { value: "auto", name: "Colours of the device", Icon: IconDeviceDesktop },
  { value: "light", name: "Light", Icon: IconSun },
  { value: "dark", name: "Dark", Icon: IconMoon },
];

/** Who is here, and what is theirs: settings, the scheme of colours, the way out. */
export function UserMenu({ onChosen, onShortcuts }: UserMenuProps) {
  const { user, organisation } = useSession();
  const store = useSessionStore();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="top-start" width={216} withinPortal={false}>
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
        <Menu.RadioGroup
          aria-label="Colours"
          value={colorScheme}
          onChange={(value) => setColorScheme(value === "light" || value === "dark" ? value : "auto")}
        >
          {SCHEMES.map(({ value, name, Icon }) => (
            <Menu.RadioItem key={value} value={value} rightSection={<Icon size={16} stroke={1.6} aria-hidden />}>
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
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
