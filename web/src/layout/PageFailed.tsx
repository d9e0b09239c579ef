import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useRouteError } from "react-router";
import { EmptyState } from "@/design/EmptyState";
import { ErrorState } from "@/design/ErrorState";

/** Stands in for a page that could not be loaded or drawn; the navigation stays. */
export function PageFailed() {
  const error = useRouteError();
  const reload = () => location.reload();
  if (error instanceof TypeError && /import|module|preload/i.test(error.message)) {
    return (
      <EmptyState
        icon={IconRefresh}
        title="This page could not be loaded"
        action={<Button onClick={reload}>Reload</Button>}
      >
        Fanfold may have been renewed since you opened it, or the connection is gone. Reload to go on.
      </EmptyState>
    );
  }
  // A TypeError on the way to the API has become a Problem there: one that comes here is the page's own mistake.
  return <ErrorState error={error instanceof TypeError ? new Error(error.message) : error} onRetry={reload} />;
}
