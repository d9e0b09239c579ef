import { ActionIcon, Menu, Table, Text, VisuallyHidden } from "@mantine/core";
import { IconDots, IconMailForward, IconPencil, IconTrash, IconUserCheck, IconUserOff } from "@tabler/icons-react";
import type { MemberView } from "@/api/schema";
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
  return (
    <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Since</Table.Th>
            <Table.Th>
              <VisuallyHidden>Acts</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {members.map((member) => (
            <Table.Tr key={member.id}>
              <Table.Td maw={280} style={{ overflowWrap: "anywhere" }}>
                <Text size="sm" fw={550}>
                  {member.name}
                  {member.id === user.id && (
                    <Text span c="dimmed" fw={400}>
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
              </Table.Td>
              <Table.Td>{ROLE_WORDS[member.role].name}</Table.Td>
              <Table.Td>
                <MemberStatusBadge status={member.status} />
              </Table.Td>
              <Table.Td>
                <When at={member.removed_at ?? member.disabled_at ?? member.created_at} />
              </Table.Td>
              <Table.Td ta="right">
                {member.status !== "removed" && <MemberMenu member={member} acts={acts} onChange={onChange} />}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
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
