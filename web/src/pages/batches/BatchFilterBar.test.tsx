import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useSearchParams } from "react-router";
import { BatchFilterBar } from "@/pages/batches/BatchFilterBar";
import { filtersOf } from "@/pages/batches/listings";
import { renderAt } from "@/testing/render";

function Bar() {
  const [address, setAddress] = useSearchParams();
  return <BatchFilterBar filters={filtersOf(address)} address={address} onChange={setAddress} />;
}

it("searches for what is typed, and forgets it with the address", async () => {
  const { router } = renderAt([{ path: "/batches", Component: Bar }], "/batches?status=running");
  const field = screen.getByRole("searchbox", { name: "Search by name" });
  await userEvent.type(field, "spring");
  await waitFor(() => expect(router.state.location.search).toBe("?status=running&q=spring"));
  await router.navigate("/batches");
  await waitFor(() => expect(field).toHaveValue(""));
});
