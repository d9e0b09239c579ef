import { PageHeader } from "@/design/PageHeader";

/** An address that leads nowhere. */
export function NotFoundPage() {
  return <PageHeader title="Page not found" />;
}
