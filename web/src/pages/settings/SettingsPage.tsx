import { PageHeader } from "@/design/PageHeader";

/** What this browser and this person prefer. */
export function SettingsPage() {
  return <PageHeader title="Settings" />;
}
