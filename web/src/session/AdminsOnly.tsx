import { IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { EmptyState } from "@/design/EmptyState";
import { PageHeader } from "@/design/PageHeader";
import { useSession } from "@/session/useSession";

interface AdminsOnlyProps {
  /** The page's title, which stands for everyone. */
  title: string;
  children: ReactNode;
}

/** A page for admins; to others it says plainly whom to ask. The API refuses them, too. */
export function AdminsOnly({ title, children }: AdminsOnlyProps) {
  const { can, organisation } = useSession();
  if (can("administer")) return children;
  return (
    <>
      <PageHeader title={title} />
      <EmptyState icon={IconLock} title="This page is for admins">
        Ask an admin of {organisation.name} to show you what is here, or to make you one.
      </EmptyState>
    </>
  );
}
