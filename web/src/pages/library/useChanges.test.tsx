import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type AssetChange, useAssetPages } from "@/api/assets";
import { anAsset } from "@/testing/assets";
import { problem, serving } from "@/testing/network";
import { renderPart } from "@/testing/render";
import { useChanges } from "./changes";

const FILTERS = {};

function Listed({ change: wanted }: { change: AssetChange }) {
  const { data } = useAssetPages(FILTERS);
  const { change } = useChanges();
  const assets = data?.pages.flatMap((page) => page.assets) ?? [];
  return (
    <>
      <p>{assets.map(({ id, rating }) => `${id}:${rating}`).join(" ")}</p>
      <button type="button" onClick={() => change({ assets, change: wanted })}>
        Do it
      </button>
    </>
  );
}

const pages = () => ({
  assets: [anAsset({ id: "ast_1", rating: 1 }), anAsset({ id: "ast_2" })],
  next_page_token: "",
});

describe("a change of listed images", () => {
  it("shows before the service answers", async () => {
    let answer: (told: object) => void = () => {};
    const told = new Promise<object>((resolve) => {
      answer = resolve;
    });
    serving({ "GET /v1/assets": pages, "POST /v1/assets:rate": () => told });
    renderPart(<Listed change={{ kind: "rate", rating: 4 }} />);
    await screen.findByText("ast_1:1 ast_2:null");
    await userEvent.click(screen.getByText("Do it"));
    expect(await screen.findByText("ast_1:4 ast_2:4")).toBeVisible();
    answer({ outcomes: ["ast_1", "ast_2"].map((id) => ({ id, outcome: "done", detail: "" })) });
  });

  it("is taken back whole where the service refuses it", async () => {
    serving({ "GET /v1/assets": pages, "POST /v1/assets:rate": () => problem(403, "You may not rate.") });
    renderPart(<Listed change={{ kind: "rate", rating: 4 }} />);
    await screen.findByText("ast_1:1 ast_2:null");
    await userEvent.click(screen.getByText("Do it"));
    expect(await screen.findByText(/You may not rate/)).toBeVisible();
    expect(screen.getByText("ast_1:1 ast_2:null")).toBeVisible();
  });

  it("is taken back for the one that was refused, and lets go of the one that is gone", async () => {
    const outcomes = [
      { id: "ast_1", outcome: "refused", detail: "It has too many tags." },
      { id: "ast_2", outcome: "missing", detail: "" },
    ];
    serving({ "GET /v1/assets": pages, "POST /v1/assets:rate": () => ({ outcomes }) });
    renderPart(<Listed change={{ kind: "rate", rating: 4 }} />);
    await screen.findByText("ast_1:1 ast_2:null");
    await userEvent.click(screen.getByText("Do it"));
    expect(await screen.findByText("ast_1:1")).toBeVisible();
    expect(screen.getByText(/1 image stayed as before. It has too many tags/)).toBeVisible();
  });

  it("takes deleted images away only once they are deleted", async () => {
    const seen = serving({
      "GET /v1/assets": pages,
      "POST /v1/assets:delete": () => ({
        outcomes: [
          { id: "ast_1", outcome: "done", detail: "" },
          { id: "ast_2", outcome: "refused", detail: "No." },
        ],
      }),
    });
    renderPart(<Listed change={{ kind: "delete" }} />);
    await screen.findByText("ast_1:1 ast_2:null");
    await userEvent.click(screen.getByText("Do it"));
    expect(await screen.findByText("ast_2:null")).toBeVisible();
    await waitFor(() => expect(seen.at(-1)?.body).toEqual({ ids: ["ast_1", "ast_2"] }));
  });
});
