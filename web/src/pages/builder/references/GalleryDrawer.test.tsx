import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { serving } from "@/testing/network";
import { renderPart } from "@/testing/render";
import { GalleryDrawer } from "./GalleryDrawer";

const UPLOADS = { all: [], add: () => [], retry: () => {}, cancel: () => {}, clear: () => {} };
const picture = (id: string, filename: string, status = "ready") => ({ id, filename, status, thumbnail_url: null });

it("finds pictures by their names among all that there are, and reads on where a page shows none", async () => {
  const found = [
    { references: [picture("ref_a", "tent old.png", "awaiting_upload")], next_page_token: "more" },
    { references: [picture("ref_b", "tent.png")], next_page_token: "" },
  ];
  const seen = serving({
    "GET /v1/references": ({ query }) =>
      query.get("q") === null
        ? { references: [picture("ref_c", "boat.png")], next_page_token: "" }
        : (found[query.get("page_token") ? 1 : 0] ?? {}),
  });
  const none = () => {};
  renderPart(
    <GalleryDrawer
      opened
      onClose={none}
      target="For all rows"
      chosen={[]}
      references={new Map()}
      onChoose={none}
      uploads={UPLOADS}
      onFiles={none}
    />,
  );
  expect(await screen.findByRole("button", { name: "boat.png" })).toBeVisible();
  await userEvent.type(screen.getByLabelText("Search references by file name"), "tent");
  expect(await screen.findByRole("button", { name: "tent.png" })).toBeVisible();
  await waitFor(() => expect(screen.queryByRole("button", { name: "boat.png" })).toBeNull());
  expect(seen.at(-1)?.query.get("q")).toBe("tent");
});
