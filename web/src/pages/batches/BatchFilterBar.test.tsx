import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useSearchParams } from "react-router";
import { BatchFilterBar } from "@/pages/batches/BatchFilterBar";
import { filtersOf } from "@/pages/batches/listings";
import { serving } from "@/testing/network";
import { renderAt } from "@/testing/render";

function Bar() {
  const [address, setAddress] = useSearchParams();
  return <BatchFilterBar filters={filtersOf(address)} address={address} onChange={setAddress} />;
}

it("narrows to a model and to days, which are taken away again", async () => {
  serving({
    "GET /v1/models": () => ({ models: [{ id: "preview", title: "Preview" }], next_page_token: "" }),
    "GET /v1/organisation": () => ({ day: "2026-11-22", time_zone: "Pacific/Auckland" }),
  });
  const { router } = renderAt([{ path: "/batches", Component: Bar }], "/batches?status=running");
  await userEvent.click(screen.getByRole("button", { name: "Model" }));
  await userEvent.click(await screen.findByRole("button", { name: "Preview" }));
  await screen.findByRole("button", { name: "Model Preview" });
  await userEvent.click(screen.getByRole("button", { name: "Submitted" }));
  await screen.findByText("Days are those of Pacific/Auckland.");
  await userEvent.click(screen.getByRole("button", { name: "7 days" }));
  await screen.findByRole("button", { name: "Submitted since Nov 16, 2026" });
  expect(router.state.location.search).toBe("?status=running&model=preview&from=2026-11-16");
  await userEvent.click(screen.getByRole("button", { name: "Clear the filter Submitted" }));
  await screen.findByRole("button", { name: "Submitted" });
  expect(router.state.location.search).toBe("?status=running&model=preview");
  expect(screen.getByRole("button", { name: "Model Preview" })).toBeVisible();
});

it("searches for what is typed, and forgets it with the address", async () => {
  serving({ "GET /v1/models": () => ({ models: [], next_page_token: "" }) });
  const { router } = renderAt([{ path: "/batches", Component: Bar }], "/batches?status=running");
  const field = screen.getByRole("searchbox", { name: "Search by name" });
  await userEvent.type(field, "spring");
  await waitFor(() => expect(router.state.location.search).toBe("?status=running&q=spring"));
  await router.navigate("/batches");
  await waitFor(() => expect(field).toHaveValue(""));
});
