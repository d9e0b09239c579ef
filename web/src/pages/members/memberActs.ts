import { useMutation, useQueryClient } from "@tanstack/react-query";
import { MEMBERS, reinviteMember, removeMember, updateMember } from "@/api/members";
import { asProblem, Problem } from "@/api/problems";
import type { InvitationView, MemberView } from "@/api/schema";
import { confirm } from "@/design/confirm";
import { tell, tellProblem } from "@/design/toasts";

/** Someone who was invited, and how they come in: shown once. */
export interface Invited {
  name: string;
  invitation: InvitationView | null;
}

export interface MemberActs {
  disable(member: MemberView): Promise<void>;
  enable(member: MemberView): Promise<void>;
  remove(member: MemberView): Promise<void>;
  invite(member: MemberView): Promise<void>;
}

/** What is said when the organisation would be left without an admin, or null. */
export function lastAdminWords(error: unknown): string | null {
  if (asProblem(error).code !== "last-admin") return null;
  return "This is the last admin who can sign in. Make somebody else an admin first.";
}

/** What admins do with one member, asked before where it matters and told afterwards. */
export function useMemberActs(onInvited: (invited: Invited) => void): MemberActs {
  const queries = useQueryClient();
  const { mutateAsync } = useMutation({
    mutationFn: ({ act }: { act: () => Promise<unknown> }) => act(),
    onSettled: () => queries.invalidateQueries({ queryKey: MEMBERS }),
  });
  const run = async (act: () => Promise<unknown>, done: string, failed: string) => {
    try {
      await mutateAsync({ act });
      if (done !== "") tell(done);
    } catch (error) {
      tellProblem(refused(error), failed);
    }
  };
  return {
    disable: async (member) => {
      const body = "They cannot sign in, and their keys rest, until they are enabled again. Their work stays.";
      if (!(await confirm({ title: `Disable ${member.name}?`, body, verb: "Disable" }))) return;
      const act = () => updateMember(member.id, { disabled: true });
      await run(act, `${member.name} is disabled.`, `${member.name} could not be disabled`);
    },
    enable: (member) => {
      const act = () => updateMember(member.id, { disabled: false });
      return run(act, `${member.name} is enabled.`, `${member.name} could not be enabled`);
    },
    remove: async (member) => {
      const body =
        "They are signed out, and the keys that they made are revoked. Their batches and images stay. This cannot be taken back.";
      if (!(await confirm({ title: `Remove ${member.name}?`, body, verb: "Remove member", danger: true }))) return;
      await run(() => removeMember(member.id), `${member.name} is removed.`, `${member.name} could not be removed`);
    },
    invite: async (member) => {
      const body = "An invitation that was made before does not work any more.";
      if (!(await confirm({ title: `Invite ${member.name} again?`, body, verb: "Make invitation" }))) return;
      const act = async () => onInvited({ name: member.name, invitation: await reinviteMember(member.id) });
      await run(act, "", `${member.name} could not be invited`);
    },
  };
}

function refused(error: unknown): unknown {
  const words = lastAdminWords(error);
  if (words === null) return error;
  const { status, code, title } = asProblem(error);
  return new Problem({ status, code, title, detail: words });
}
