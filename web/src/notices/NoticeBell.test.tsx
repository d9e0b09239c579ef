import { QueryClient } from "@tanstack/react-query";
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Outlet } from "react-router";
import { LiveHub } from "@/live/hubs";
import { Hand } from "@/live/testing/hands";
import { batch } from "@/live/testing/things";
import { LiveContext } from "@/live/useLive";
import { NoticeBell } from "@/notices/NoticeBell";
import { NoticesProvider } from "@/notices/NoticesProvider";
import { renderAt } from "@/testing/render";

const ME = "mem_me";
const ID = "bat_aaaaaaaaaaaaaaaaaaaa";
const mine = (fields: Partial<Parameters<typeof batch>[0]>) => batch({ id: ID, created_by: ME, ...fields });

const opened: LiveHub[] = [];

function here(address: string) {
  const hand = new Hand();
  const hub = new LiveHub([hand], new QueryClient());
  opened.push(hub);
  const Frame = () => (
    <LiveContext value={hub}>
      <NoticesProvider me={ME}>
        <NoticeBell me={ME} />
        <Outlet />
      </NoticesProvider>
    </LiveContext>
  );
  const pages = ["library", "batches/:batch"].map((path) => ({ path, element: <p>{path}</p> }));
  return { hand, ...renderAt([{ path: "/", Component: Frame, children: pages }], address) };
}

afterEach(() => {
  for (const hub of opened.splice(0)) hub.close();
  localStorage.clear();
});

it("tells of an end on another page, and leads to the batch", async () => {
  const { hand, router } = here("/library");
  await hand.tell(mine({ status: "running" }));
  expect(screen.queryByText("“Spring” is ready")).toBeNull();
  await hand.tell(mine({ status: "completed", revision: 2 }));
  await screen.findByText("“Spring” is ready");
  screen.getByRole("button", { name: "Notices, 1 unread" });
  await userEvent.click(screen.getByRole("button", { name: "Look at it" }));
  expect(router.state.location.pathname).toBe(`/batches/${ID}`);
  await screen.findByRole("button", { name: "Notices" });
});

it("does not tell of what happens before one's eyes", async () => {
  const { hand } = here(`/batches/${ID}`);
  await hand.tell(mine({ status: "running" }));
  await hand.tell(mine({ status: "failed", revision: 2 }));
  screen.getByRole("button", { name: "Notices" });
  expect(screen.queryByText("“Spring” failed")).toBeNull();
});

it("lists what runs with how far it is, and what has ended, which is read once it was seen", async () => {
  const { hand } = here("/library");
  const other = batch({ id: "bat_b", name: "Summer", created_by: ME });
  await hand.tell(mine({ status: "running" }), other);
  await hand.tell(mine({ status: "completed_with_failures", revision: 2 }));
  await userEvent.click(screen.getByRole("button", { name: "Notices, 1 unread" }));
  const list = await screen.findByRole("dialog", { name: /Notices/ });
  within(within(list).getByRole("region", { name: "Running now" })).getByRole("link", { name: /Summer/ });
  within(list).getByRole("progressbar", { name: "40 % done" });
  within(within(list).getByRole("region", { name: "Ended" })).getByRole("link", { name: /done, with failures/ });
  await userEvent.keyboard("{Escape}");
  await screen.findByRole("button", { name: "Notices" });
});

it("remembers over a reload what ran, so that its end is told", async () => {
  const before = here("/library");
  await before.hand.tell(mine({ status: "running" }));
  before.unmount();
  const { hand } = here("/library");
  await hand.tell(mine({ status: "completed", revision: 2 }));
  await screen.findByRole("button", { name: "Notices, 1 unread" });
});

it("says what will be here while there is nothing", async () => {
  const { hand } = here("/library");
  await hand.tell();
  await userEvent.click(screen.getByRole("button", { name: "Notices" }));
  await screen.findByText(/Nothing yet/);
});
