import { Button, Group, Select, Stack, Table, Text, Title, VisuallyHidden } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { clearMemberLimits, LIMITS, setMemberLimits, useOwnLimits } from "@/api/limits";
import { useAllMembers } from "@/api/members";
import { confirm } from "@/design/confirm";
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
        <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Member</Table.Th>
                {MEMBER_FIELDS.map((field) => (
                  <Table.Th key={field} ta="right">
                    {FIELD_WORDS[field].label}
                  </Table.Th>
                ))}
                <Table.Th>
                  <VisuallyHidden>Acts</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {own.data.members.map(({ member, limits }) => (
                <Table.Tr key={member}>
                  <Table.Td fw={550}>{names.get(member) ?? member}</Table.Td>
                  {MEMBER_FIELDS.map((field) => (
                    <Table.Td key={field} ta="right" {...(limits[field] === null && { c: "dimmed" })}>
                      {limitWords(field, limits[field])}
                    </Table.Td>
                  ))}
                  <Table.Td>
                    <Group gap="xs" justify="flex-end" wrap="nowrap">
                      <Button size="compact-sm" variant="default" onClick={() => open(member, limits)}>
                        Change
                      </Button>
                      <Button
                        size="compact-sm"
                        variant="default"
                        onClick={() => void lift(member, names.get(member) ?? member)}
                      >
                        Lift
                      </Button>
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <LimitForm setting={setting} onClose={() => setSetting(null)} />
    </Stack>
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
