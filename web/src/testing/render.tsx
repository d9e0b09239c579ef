import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { createMemoryRouter, type RouteObject, RouterProvider } from "react-router";
import { Messages } from "@/design/Messages";
import { theme } from "@/design/theme";
import type { Role } from "@/session/roles";
import { SessionStore } from "@/session/SessionStore";
import type { Session } from "@/session/sessions";
import { SessionContext } from "@/session/useSession";

export const ADA: Session = {
  user: { id: "mem_ada", email: "ada@example.com", name: "Ada Lovelace" },
  organisation: { id: "org_1", name: "Analytical Engines" },
  role: "admin",
};

/** A store in which somebody is signed in, without the API being asked. */
export function signedIn(role: Role = "admin"): SessionStore {
  return new SessionStore(undefined, { ...ADA, role });
}

interface Around {
  /** Who is there; an admin unless said otherwise. */
  sessions?: SessionStore;
}

/** Renders pages inside the application's providers, at an address. */
export function renderAt(routes: RouteObject[], address: string, { sessions }: Around = {}) {
  const store = sessions ?? signedIn();
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const router = createMemoryRouter(routes, { initialEntries: [address] });
  const rendered = render(
    <MantineProvider theme={theme} env="test">
      <QueryClientProvider client={queries}>
        <SessionContext value={store}>
          <RouterProvider router={router} />
          <Messages />
        </SessionContext>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { router, queries, sessions: store, ...rendered };
}

/** Renders a part that needs no address of its own. */
export function renderPart(part: ReactNode, around: Around = {}) {
  return renderAt([{ path: "*", element: part }], "/", around);
}
