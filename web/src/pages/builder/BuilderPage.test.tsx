import "fake-indexeddb/auto";
import { act, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { problem, serving } from "@/testing/network";
import { renderAt } from "@/testing/render";
import { BuilderPage } from "./BuilderPage";

it("stays open when the models cannot be read once more", async () => {
  let isBroken = false;
  serving({
    "GET /v1/models": () => (isBroken ? problem(503, "Busy.") : { models: [] }),
    "GET /v1/config": () => ({ limits: { upload_bytes: 1_000, rows: 100 } }),
    "GET /v1/references": () => ({ references: [], next_page_token: "" }),
  });
  const { queries } = renderAt([{ path: "/batches/drafts/:draft", Component: BuilderPage }], "/batches/drafts/one");
  const name = await screen.findByLabelText("Name of the batch");
  isBroken = true;
  await act(() => queries.refetchQueries({ queryKey: ["models"] }));
  expect(queries.getQueryState(["models"])?.status).toBe("error");
  // What shows it has been told of that, too.
  await act(() => new Promise((resolve) => setTimeout(resolve)));
  expect(name).toBeInTheDocument();
});
