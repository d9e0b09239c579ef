import { Button, Group, SegmentedControl } from "@mantine/core";
import { IconUserPlus, IconUsers } from "@tabler/icons-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useMemberPages } from "@/api/members";
import type { MemberView } from "@/api/schema";
import { EmptyState } from "@/design/EmptyState";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { RowsSkeleton } from "@/design/Skeletons";
import { InvitationShown } from "@/pages/members/InvitationShown";
import { InviteForm } from "@/pages/members/InviteForm";
import { MemberForm } from "@/pages/members/MemberForm";
import { MemberTable } from "@/pages/members/MemberTable";
import { type Invited, useMemberActs } from "@/pages/members/memberActs";
import { AdminsOnly } from "@/session/AdminsOnly";

/** Who belongs to the organisation. */
export function MembersPage() {
  return (
    <AdminsOnly title="Members">
      <Members />
    </AdminsOnly>
  );
}

function Members() {
  const [search, setSearch] = useSearchParams();
  const [isInviting, setInviting] = useState(false);
  const [changed, setChanged] = useState<MemberView | null>(null);
  const [invited, setInvited] = useState<Invited | null>(null);
  const removed = search.get("show") === "removed";
  const pages = useMemberPages(removed);
  const acts = useMemberActs(setInvited);
  const members = pages.data?.pages.flatMap((page) => page.members) ?? [];
  const invite = (
    <Button leftSection={<IconUserPlus size={16} aria-hidden />} onClick={() => setInviting(true)}>
      Invite member
    </Button>
  );
  return (
    <>
      <PageHeader title="Members" description="Who belongs to the organisation, and what each of them may do.">
        {invite}
      </PageHeader>
      <SegmentedControl
        mb="sm"
        aria-label="Which members"
        value={removed ? "removed" : "members"}
        onChange={(show) => setSearch(show === "removed" ? { show } : {}, { replace: true })}
        data={[
          { value: "members", label: "Members" },
          { value: "removed", label: "Removed" },
        ]}
      />
      {pages.isPending && <RowsSkeleton rows={5} columns={5} />}
      {pages.isError && <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isSuccess && members.length === 0 && (
        <EmptyState icon={IconUsers} title={removed ? "Nobody was removed" : "Nobody is here yet"}>
          {removed ? "Who is removed stays named here, as the maker of their images." : "Invite the first member."}
        </EmptyState>
      )}
      {members.length > 0 && <MemberTable members={members} acts={acts} onChange={setChanged} />}
      {pages.hasNextPage && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show more
          </Button>
        </Group>
      )}
      <InviteForm
        opened={isInviting}
        onClose={() => setInviting(false)}
        onInvited={(one) => {
          setInviting(false);
          setInvited(one);
        }}
      />
      <MemberForm member={changed} onClose={() => setChanged(null)} />
      <InvitationShown invited={invited} onClose={() => setInvited(null)} />
    </>
  );
}
