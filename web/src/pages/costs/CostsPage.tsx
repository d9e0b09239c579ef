import { PageHeader } from "@/design/PageHeader";

/** What was made and spent. */
export function CostsPage() {
  return <PageHeader title="Costs" />;
}
