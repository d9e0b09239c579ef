import { MantineProvider } from "@mantine/core";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { type DataRouter, RouterProvider } from "react-router";
import { variables } from "@/design/colours";
import { theme } from "@/design/theme";
import type { SessionStore } from "@/session/SessionStore";
import { SessionContext } from "@/session/useSession";

const Messages = lazy(async () => ({ default: (await import("@/design/Messages")).Messages }));

interface AppProps {
  queries: QueryClient;
  sessions: SessionStore;
  router: DataRouter;
}

/** The whole application: its providers, and the pages that the address chooses. */
export function App({ queries, sessions, router }: AppProps) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <SessionContext value={sessions}>
          <RouterProvider router={router} />
          <Suspense>
            <Messages />
          </Suspense>
        </SessionContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}
