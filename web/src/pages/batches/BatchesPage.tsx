import { PageHeader } from "@/design/PageHeader";

/** All batches of the organisation, the newest first. */
export function BatchesPage() {
  return <PageHeader title="Batches" />;
}
