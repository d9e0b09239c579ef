import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Problem } from "@/api/problems";
import { LiveBadge } from "@/live/LiveBadge";
import { renderPart } from "@/testing/render";

it("says that changes show as they happen", () => {
  renderPart(<LiveBadge live={{ state: "live", retry: () => {} }} />);
  expect(screen.getByRole("status")).toHaveTextContent("Live");
  expect(screen.queryByRole("button")).toBeNull();
});

it("says why changes do not show, and connects when it is pressed", async () => {
  const retry = vi.fn();
  const problem = new Problem({ status: 403, code: "forbidden", title: "Not allowed", detail: "Your role may not." });
  renderPart(<LiveBadge live={{ state: "failed", problem, retry }} />);
  expect(screen.getByRole("status")).toHaveAttribute("title", "Your role may not. Changes do not show here.");
  await userEvent.click(screen.getByRole("button", { name: "Not updating. Connect now" }));
  expect(retry).toHaveBeenCalledOnce();
});
