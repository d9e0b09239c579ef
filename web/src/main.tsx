import "@/design/fonts.css";
import "@mantine/core/styles.css";
import "@/design/global.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter } from "react-router";
import { App } from "@/App";
import { createQueryClient } from "@/api/queries";
import { routes } from "@/routes";
import { forgettingAll } from "@/session/forgetting";
import { SessionStore } from "@/session/SessionStore";

const queries = createQueryClient();
const sessions = new SessionStore();
sessions.onLeave(forgettingAll(queries));
void sessions.start();

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root.");
createRoot(root).render(
  <StrictMode>
    <App queries={queries} sessions={sessions} router={createBrowserRouter(routes)} />
  </StrictMode>,
);
