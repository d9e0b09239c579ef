import { ActionIcon, Menu, Text } from "@mantine/core";
import { IconDots, IconMailForward, IconPencil, IconTrash, IconUserCheck, IconUserOff } from "@tabler/icons-react";
import type { MemberView } from "@/api/schema";
import { type Column, DataTable } from "@/design/DataTable";
import { When } from "@/design/When";
import { MemberStatusBadge } from "@/pages/members/MemberStatusBadge";
import type { MemberActs } from "@/pages/members/memberActs";
import { ROLE_WORDS } from "@/session/roles";
import { useSession } from "@/session/useSession";

interface MemberTableProps {
  members: readonly MemberView[];
  acts: MemberActs;
  onChange: (member: MemberView) => void;
}

/** Members, each with what can be done. */
export function MemberTable({ members, acts, onChange }: MemberTableProps) {
  const { user } = useSession();
  const columns: Column<MemberView>[] = [
    {
      name: "Name",
      part: "title",
      maxWidth: 320,
      cell: (member) => <Who member={member} isOneself={member.id === user.id} />,
    },
    { name: "Role", cell: (member) => ROLE_WORDS[member.role].name },
    { name: "State", cell: (member) => <MemberStatusBadge status={member.status} /> },
    { name: "Since", cell: (member) => <When at={member.removed_at ?? member.disabled_at ?? member.created_at} /> },
    {
      name: "Acts",
      part: "corner",
      isUnnamed: true,
      isNumber: true,
      cell: (member) => member.status !== "removed" && <MemberMenu member={member} acts={acts} onChange={onChange} />,
    },
  ];
  return <DataTable label="Members" columns={columns} rows={members} keyOf={(member) => member.id} />;
}

function Who({ member, isOneself }: { member: MemberView; isOneself: boolean }) {
  return (
    <>
      <Text fz="inherit" fw={550}>
        {member.name}
        {isOneself && (
          <Text span fz="inherit" c="dimmed" fw={400}>
            {" "}
            (you)
          </Text>
        )}
      </Text>
      {member.email !== "" && (
        <Text size="xs" c="dimmed">
          {member.email}
        </Text>
      )}
    </>
  );
}

function MemberMenu({ member, acts, onChange }: { member: MemberView } & Pick<MemberTableProps, "acts" | "onChange">) {
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon aria-label={`Acts for ${member.name}`}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => onChange(member)}>
          Change name or role
        </Menu.Item>
        <Menu.Item leftSection={<IconMailForward size={16} aria-hidden />} onClick={() => void acts.invite(member)}>
          Make a new invitation
        </Menu.Item>
        {member.status === "disabled" ? (
          <Menu.Item leftSection={<IconUserCheck size={16} aria-hidden />} onClick={() => void acts.enable(member)}>
            Enable
          </Menu.Item>
        ) : (
          <Menu.Item leftSection={<IconUserOff size={16} aria-hidden />} onClick={() => void acts.disable(member)}>
            Disable
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => void acts.remove(member)}
        >
          Remove
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
