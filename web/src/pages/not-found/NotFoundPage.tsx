import { Button } from "@mantine/core";
import { IconMap2 } from "@tabler/icons-react";
import { Link } from "react-router";
import { EmptyState } from "@/design/EmptyState";
import { PageHeader } from "@/design/PageHeader";

/** An address that leads nowhere. */
export function NotFoundPage() {
  return (
    <>
      <PageHeader title="Page not found" />
      <EmptyState
        icon={IconMap2}
        title="Nothing is at this address"
        action={
          <Button component={Link} to="/batches" variant="default">
            Go to your batches
          </Button>
        }
      >
        The link may be mistyped, or what it led to was deleted.
      </EmptyState>
    </>
  );
}
