import { PageHeader } from "@/design/PageHeader";

/** Images that failed for good. */
export function DeadLettersPage() {
  return <PageHeader title="Dead letters" />;
}
