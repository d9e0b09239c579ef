import "@/design/fonts.css";
import "@mantine/core/styles.css";
import "@/design/global.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter } from "react-router";
import { App } from "@/App";
import { createQueryClient } from "@/api/queries";
import { forgetHandovers } from "@/pages/builder/handover";
import { routes } from "@/routes";
import { forgettingAll } from "@/session/forgetting";
import { SessionStore } from "@/session/SessionStore";

const queries = createQueryClient();
const sessions = new SessionStore();
sessions.onLeave(forgettingAll(queries));
sessions.onLeave(forgetHandovers);
sessions.onLeave(async () => (await import("@/design/toasts")).forgetMessages());
void sessions.start();

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root.");
createRoot(root).render(
  <StrictMode>
    <App queries={queries} sessions={sessions} router={createBrowserRouter(routes)} />
  </StrictMode>,
);
