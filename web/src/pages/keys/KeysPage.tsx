import { PageHeader } from "@/design/PageHeader";

/** Credentials of machines. */
export function KeysPage() {
  return <PageHeader title="Keys" />;
}
