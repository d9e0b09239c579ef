import { PageHeader } from "@/design/PageHeader";

/** One image with its recipe. */
export function AssetPage() {
  return <PageHeader title="Image" />;
}
