import { PageHeader } from "@/design/PageHeader";

/** Every image, to be searched and filtered. */
export function LibraryPage() {
  return <PageHeader title="Library" />;
}
