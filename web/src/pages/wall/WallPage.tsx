import { PageHeader } from "@/design/PageHeader";

/** A batch as a wall of tiles that fill in. */
export function WallPage() {
  return <PageHeader title="Batch" />;
}
