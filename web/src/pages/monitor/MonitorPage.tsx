import { PageHeader } from "@/design/PageHeader";

/** Lanes, providers and what waits. */
export function MonitorPage() {
  return <PageHeader title="Monitor" />;
}
