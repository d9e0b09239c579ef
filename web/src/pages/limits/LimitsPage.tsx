import { PageHeader } from "@/design/PageHeader";

/** What may be spent, by whom. */
export function LimitsPage() {
  return <PageHeader title="Limits" />;
}
