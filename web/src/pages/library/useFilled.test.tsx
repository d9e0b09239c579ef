import { screen } from "@testing-library/react";
import { anAsset } from "@/testing/assets";
import { problem, serving } from "@/testing/network";
import { renderPart } from "@/testing/render";
import { useFilled } from "./useFilled";

function Shown({ wanted }: { wanted: number }) {
  const { assets, hasMore, isFirst, error } = useFilled({ q: "teal" }, wanted);
  if (error !== null) return <p>failed after {assets.length}</p>;
  return (
    <p>
      {isFirst ? "looking" : assets.map((asset) => asset.id).join(" ")}
      {hasMore ? " and more" : ""}
    </p>
  );
}

/** Pages by token: how many images each has. */
function servePages(sizes: number[]) {
  return serving({
    "GET /v1/assets": ({ query }) => {
      const page = Number(query.get("page_token") ?? 0);
      const assets = Array.from({ length: sizes[page] ?? 0 }, (_, at) => anAsset({ id: `ast_${page}_${at}` }));
      return { assets, next_page_token: page + 1 < sizes.length ? String(page + 1) : "" };
    },
  });
}

describe("a view that is to be filled", () => {
  it("reads on over short and empty pages until it is", async () => {
    const seen = servePages([1, 0, 0, 2, 5]);
    renderPart(<Shown wanted={3} />);
    await screen.findByText("ast_0_0 ast_3_0 ast_3_1 and more");
    expect(seen.map(({ query }) => query.get("page_token"))).toEqual([null, "1", "2", "3"]);
    expect(seen.every(({ query }) => query.get("q") === "teal")).toBe(true);
  });

  it("ends where nothing more is, however little that is", async () => {
    servePages([0, 0, 1]);
    renderPart(<Shown wanted={50} />);
    await screen.findByText("ast_2_0");
  });

  it("stops at a failure with what it has", async () => {
    const seen = serving({
      "GET /v1/assets": ({ query }) =>
        query.has("page_token") ? problem(400, "No.") : { assets: [anAsset()], next_page_token: "1" },
    });
    renderPart(<Shown wanted={50} />);
    await screen.findByText("failed after 1");
    expect(seen).toHaveLength(2);
  });
});
