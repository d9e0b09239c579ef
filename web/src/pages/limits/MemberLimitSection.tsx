import { ActionIcon, Group, Menu, Select, Stack, Text, Title } from "@mantine/core";
import { IconArrowBackUp, IconDots, IconPencil } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { clearMemberLimits, LIMITS, setMemberLimits, useOwnLimits } from "@/api/limits";
import { useAllMembers } from "@/api/members";
import type { MemberLimitsView } from "@/api/schema";
import { confirm } from "@/design/confirm";
import { type Column, DataTable } from "@/design/DataTable";
import { ErrorState } from "@/design/ErrorState";
import { RowsSkeleton } from "@/design/Skeletons";
import { tell, tellProblem } from "@/design/toasts";
import { LimitForm, type Setting } from "@/pages/limits/LimitForm";
import { bodyOf, FIELD_WORDS, type Limits, limitWords, MEMBER_FIELDS } from "@/pages/limits/settings";

const NONE: Limits = { day_micros: null, month_micros: null, total_micros: null, month_images: null };

/** Members who have limits of their own, instead of those that hold for all. */
export function MemberLimitSection() {
  const own = useOwnLimits(true);
  const members = useAllMembers(true);
  const [setting, setSetting] = useState<Setting | null>(null);
  const lift = useLift();
  const names = new Map(members.data?.map((member) => [member.id, member.name]));
  const withOwn = new Set(own.data?.members.map((one) => one.member));
  const others = members.data?.filter((member) => !withOwn.has(member.id)) ?? [];
  const open = (member: string, limits: Limits) => setSetting(settingOf(member, names.get(member) ?? member, limits));
  const columns: Column<MemberLimitsView>[] = [
    {
      name: "Member",
      part: "title",
      cell: ({ member }) => (
        <Text fz="inherit" fw={550} span>
          {names.get(member) ?? member}
        </Text>
      ),
    },
    ...MEMBER_FIELDS.map((field) => ({
      name: FIELD_WORDS[field].label,
      isNumber: true,
      cell: ({ limits }: MemberLimitsView) => (
        <Text fz="inherit" span {...(limits[field] === null && { c: "dimmed" })}>
          {limitWords(field, limits[field])}
        </Text>
      ),
    })),
    {
      name: "Acts",
      part: "corner",
      isUnnamed: true,
      cell: ({ member, limits }) => (
        <OwnLimitMenu
          name={names.get(member) ?? member}
          onChange={() => open(member, limits)}
          onLift={() => void lift(member, names.get(member) ?? member)}
        />
      ),
    },
  ];
  return (
    <Stack gap="sm" component="section" aria-labelledby="own-limits">
      <Group justify="space-between">
        <Title order={2} size="h3" id="own-limits">
          Members with limits of their own
        </Title>
        <Select
          aria-label="Set limits of a member"
          placeholder="Set limits of a member…"
          data={others.map((member) => ({ value: member.id, label: member.name }))}
          value={null}
          searchable
          nothingFoundMessage="Nobody is called that"
          onChange={(member) => member !== null && open(member, NONE)}
        />
      </Group>
      {own.isPending && <RowsSkeleton rows={2} columns={5} />}
      {own.isError && <ErrorState compact error={own.error} onRetry={() => void own.refetch()} />}
      {own.data?.members.length === 0 && (
        <Text size="sm" c="dimmed">
          Nobody has: what is set for each member holds for all.
        </Text>
      )}
      {own.data !== undefined && own.data.members.length > 0 && (
        <DataTable
          label="Members with limits of their own"
          columns={columns}
          rows={own.data.members}
          keyOf={({ member }) => member}
        />
      )}
      <LimitForm setting={setting} onClose={() => setSetting(null)} />
    </Stack>
  );
}

function OwnLimitMenu({ name, onChange, onLift }: { name: string; onChange: () => void; onLift: () => void }) {
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon aria-label={`Acts for the limits of ${name}`}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={onChange}>
          Change limits
        </Menu.Item>
        <Menu.Item leftSection={<IconArrowBackUp size={16} aria-hidden />} onClick={onLift}>
          Lift limits
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function settingOf(member: string, name: string, limits: Limits): Setting {
  return {
    title: `Limits of ${name}`,
    note: "These stand instead of what holds for each member.",
    fields: MEMBER_FIELDS,
    limits,
    save: (set) => setMemberLimits(member, bodyOf(set, MEMBER_FIELDS)),
  };
}

function useLift() {
  const queries = useQueryClient();
  const { mutateAsync } = useMutation({
    mutationFn: clearMemberLimits,
    onSuccess: () => tell("What holds for each member holds again."),
    onError: (error) => tellProblem(error, "The limits could not be lifted"),
    onSettled: () => queries.invalidateQueries({ queryKey: LIMITS }),
  });
  return async (member: string, name: string) => {
    const body = "From now on what is set for each member holds for them, too. Their credits stay.";
    const isWanted = await confirm({ title: `Lift the limits of ${name}?`, body, verb: "Lift limits" });
    if (isWanted) await mutateAsync(member).catch(() => undefined);
  };
}
