import { PageHeader } from "@/design/PageHeader";

/** Rows become a batch here. */
export function BuilderPage() {
  return <PageHeader title="New batch" />;
}
