import { PageHeader } from "@/design/PageHeader";

/** Who works here, in which role. */
export function MembersPage() {
  return <PageHeader title="Members" />;
}
