import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { BatchMenu } from "@/acts/BatchMenu";
import { handedOver } from "@/pages/builder/handover";
import { aBatch } from "@/testing/batches";
import { problem, serving } from "@/testing/network";
import { renderPart } from "@/testing/render";

const BATCH = aBatch({ name: "Spring", status: "completed" });

async function choose(words: string) {
  await userEvent.click(await screen.findByRole("button", { name: "More for Spring" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: words }));
}

it("sends one key however often a batch is submitted once more, until it was", async () => {
  const seen = serving({ "POST /v1/batches/:id:duplicate": () => problem(503, "The service is busy.") });
  renderPart(<BatchMenu batch={BATCH} />);
  for (const times of [1, 2]) {
    await choose("Submit it once more");
    await userEvent.click(await screen.findByRole("button", { name: "Submit it again" }));
    await waitFor(() => expect(seen).toHaveLength(times));
  }
  expect(new Set(seen.map(({ headers }) => headers.get("Idempotency-Key"))).size).toBe(1);
});

it("hands the rows of a batch to the builder, to be changed", async () => {
  serving({ "GET /v1/batches/:id/rows": () => ({ rows: [{ prompt: "A tent", variants: 2 }] }) });
  const { router } = renderPart(<BatchMenu batch={BATCH} />);
  await choose("Edit a copy");
  await waitFor(() => expect(router.state.location.pathname).toBe("/batches/new"));
  const from = new URLSearchParams(router.state.location.search).get("from") ?? "";
  expect(handedOver(from)).toEqual({ name: "Spring", rows: [{ prompt: "A tent", variants: 2 }] });
});
