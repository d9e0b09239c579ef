import { PageHeader } from "@/design/PageHeader";

/** Where a person says who they are. */
export function SignInPage() {
  return <PageHeader title="Sign in" />;
}
