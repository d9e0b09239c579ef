import { Radio, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { ROLE_WORDS, type Role } from "@/session/roles";

interface RolePickerProps {
  value?: Role;
  onChange?: (role: Role) => void;
  error?: ReactNode;
}

/** One of the roles, each with what it may. */
export function RolePicker({ value, onChange, error }: RolePickerProps) {
  return (
    <Radio.Group
      label="Role"
      {...(value !== undefined && { value })}
      onChange={(role) => onChange?.(role as Role)}
      error={error}
    >
      <Stack gap="xs" mt={6}>
        {Object.entries(ROLE_WORDS).map(([role, { name, may }]) => (
          <Radio key={role} value={role} label={name} description={may} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
