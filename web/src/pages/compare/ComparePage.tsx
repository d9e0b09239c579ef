import { PageHeader } from "@/design/PageHeader";

/** Two to four images side by side. */
export function ComparePage() {
  return <PageHeader title="Compare" />;
}
