import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { BatchView } from "@/api/schema";
import { useBatchDownload } from "@/pages/library/downloads/useDownload";
import { anAsset } from "@/testing/assets";
import { aBatch, anItem } from "@/testing/batches";
import { serving } from "@/testing/network";
import { renderPart } from "@/testing/render";

function Download({ batch }: { batch: BatchView }) {
  const download = useBatchDownload();
  return (
    <button type="button" onClick={() => void download(batch)}>
      Download
    </button>
  );
}

/** jsdom makes no addresses of files: what would have been saved is kept, with its name. */
function saving() {
  const saved: { name: string; blob: Blob }[] = [];
  const blobs: Blob[] = [];
  Object.assign(URL, { createObjectURL: (blob: Blob) => `blob:${blobs.push(blob) - 1}`, revokeObjectURL: () => {} });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function click(this: HTMLAnchorElement) {
    const blob = blobs[Number(this.href.replace("blob:", ""))];
    if (blob !== undefined) saved.push({ name: this.download, blob });
  });
  return saved;
}

describe("the download of a batch", () => {
  it("holds every image of all pages in a file named after the batch, with a manifest", async () => {
    const saved = saving();
    const seen = serving({
      "GET /v1/assets": ({ query }) => {
        const isFirst = !query.has("page_token");
        const row = isFirst ? 0 : 1;
        const asset = anAsset({
          id: `ast_${row}`,
          item: `itm_${row}`,
          batch: "bat_1",
          index: isFirst ? 0 : null,
          row,
          url: `https://objects.test/pictures/${row}`,
        });
        return { assets: [asset], next_page_token: isFirst ? "more" : "" };
      },
      "GET /pictures/:row": () => new Response("a picture", { headers: { "Content-Type": "image/png" } }),
      // Made before images kept their places.
      "GET /v1/batches/:id/items": () => ({ items: [anItem({ index: 4, id: "itm_1" })], next_page_token: "" }),
      "GET /v1/batches/:id": () => aBatch({ id: "bat_1", name: "Spring: 1/2" }),
    });
    renderPart(<Download batch={aBatch({ id: "bat_1", name: "Spring: 1/2" })} />);
    await userEvent.click(screen.getByRole("button", { name: "Download" }));
    await waitFor(() => expect(saved).toHaveLength(1));
    expect(saved[0]?.name).toMatch(/^Spring 1 2 \d{4}-\d\d-\d\d \d\d\.\d\d\.zip$/);
    const archive = await saved[0]?.blob.text();
    for (const name of ["Spring 1 2/0001-r1-v1-a-teal", "Spring 1 2/0005-r2-v1-a-teal", "manifest.csv"])
      expect(archive).toContain(name);
    expect(seen.filter(({ path }) => path === "/v1/assets").every(({ query }) => query.get("batch") === "bat_1")).toBe(
      true,
    );
  });
});
