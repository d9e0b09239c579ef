import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { CostsPage } from "@/pages/costs/CostsPage";
import { problem, serving } from "@/testing/network";
import { renderAt, signedIn } from "@/testing/render";

const BATCHES = [
  { key: "bat_1", name: "Autumn", images: 30, calls: 32, cost_micros: 1_500_000 },
  { key: "other", name: "", images: 10, calls: 10, cost_micros: 500_000 },
];
const DAYS = [{ key: "2026-01-05", name: "", images: 40, calls: 42, cost_micros: 2_000_000 }];
const routes = [{ path: "/costs", Component: CostsPage }];
const ENGINES = { id: "org_1", name: "Engines", time_zone: "Pacific/Auckland", day: "2026-03-11" };
const rest = {
  "GET /v1/organisation": () => ENGINES,
  "GET /v1/reports/costs": () => ({ reports: [], next_page_token: "" }),
  "GET /v1/limits": () => ({ in_force: [] }),
};

describe("the page of costs", () => {
  it("shows what its address says: these days by batch, beside those before", async () => {
    const seen = serving({
      ...rest,
      "GET /v1/usage": ({ query }) => ({
        usage: query.get("group_by") === "batch" ? BATCHES : DAYS,
        total_micros: query.get("from") === "2026-01-05" ? 2_000_000 : 1_000_000,
        next_page_token: "",
      }),
    });
    renderAt(routes, "/costs?period=custom&from=2026-01-05&to=2026-01-06&by=batch", { sessions: signedIn("viewer") });
    expect(await screen.findByRole("link", { name: "Autumn" })).toHaveAttribute("href", "/batches/bat_1");
    expect(screen.getByText("Other batches")).toBeVisible();
    expect(await screen.findByText("100% more than before")).toBeVisible();
    const asked = seen.map(({ query }) => [query.get("from"), query.get("to"), query.get("group_by")].join(" "));
    expect(asked).toContain("2026-01-03 2026-01-04 batch");
    const named = new Set(seen.flatMap(({ query }) => [...query.keys()]));
    expect(named).toEqual(new Set(["from", "to", "group_by", "page_size"]));
  });

  it("keeps what is chosen in its address", async () => {
    const seen = serving({ ...rest, "GET /v1/usage": () => ({ usage: [], total_micros: 0, next_page_token: "" }) });
    const { router } = renderAt(routes, "/costs");
    expect(await screen.findByText("Nothing was made in these days")).toBeVisible();
    expect(screen.getByText(/Days are those of Pacific\/Auckland/)).toBeVisible();
    await userEvent.click(screen.getByRole("radio", { name: "Last 30 days" }));
    await userEvent.click(screen.getByRole("radio", { name: "Model" }));
    await waitFor(() => expect(router.state.location.search).toBe("?period=30d&by=model"));
    // Today is what it is there, wherever the reader is.
    const days = seen.map(({ query }) => `${query.get("from")} ${query.get("to")}`);
    expect(days).toEqual(expect.arrayContaining(["2026-03-01 2026-03-11", "2026-02-10 2026-03-11"]));
  });

  it("says when it is not known whose days they are, and asks again", async () => {
    let isBroken = true;
    serving({
      ...rest,
      "GET /v1/organisation": () => (isBroken ? problem(503, "Busy.") : ENGINES),
      "GET /v1/usage": () => ({ usage: DAYS, total_micros: 2_000_000, next_page_token: "" }),
    });
    renderAt(routes, "/costs");
    expect(await screen.findByText("Busy.")).toBeVisible();
    isBroken = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("cell", { name: "42" })).toBeVisible();
  });

  it("stays when the organisation cannot be read once more", async () => {
    let isBroken = false;
    serving({
      ...rest,
      "GET /v1/organisation": () => (isBroken ? problem(503, "Busy.") : ENGINES),
      "GET /v1/usage": () => ({ usage: DAYS, total_micros: 2_000_000, next_page_token: "" }),
    });
    const { queries } = renderAt(routes, "/costs");
    expect(await screen.findByRole("cell", { name: "42" })).toBeVisible();
    isBroken = true;
    await act(() => queries.refetchQueries({ queryKey: ["organisation"] }));
    expect(queries.getQueryState(["organisation"])?.status).toBe("error");
    // What shows it has been told of that, too.
    await act(() => new Promise((resolve) => setTimeout(resolve)));
    expect(screen.getByRole("cell", { name: "42" })).toBeVisible();
  });

  it("says what went wrong and asks again", async () => {
    let isBroken = true;
    serving({
      ...rest,
      "GET /v1/usage": () =>
        isBroken ? problem(422, "Choose other days.") : { usage: DAYS, total_micros: 2_000_000, next_page_token: "" },
    });
    renderAt(routes, "/costs");
    expect(await screen.findByText("Choose other days.")).toBeVisible();
    isBroken = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("cell", { name: "42" })).toBeVisible();
  });
});
