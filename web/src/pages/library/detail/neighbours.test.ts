import { anAsset } from "@/testing/assets";
import { serving } from "@/testing/network";
import { readBeside } from "./neighbours";

const at = "2026-11-21T10:00:04.123456Z";
const asset = anAsset({ id: "ast_here", created_at: at });

/** What the API has after and before a moment; the image itself is made at it. */
function serveBeside({ newer, older }: { newer: string[]; older: string[] }) {
  return serving({
    "GET /v1/assets": ({ query }) => {
      const ids = query.get("sort") === "oldest" ? ["ast_here", ...newer] : older;
      return { assets: ids.map((id) => anAsset({ id })), next_page_token: "" };
    },
  });
}

describe("what stands beside an image", () => {
  it("is what was made just after and just before it, of what the view shows", async () => {
    const seen = serveBeside({ newer: ["ast_newer"], older: ["ast_older"] });
    expect(await readBeside({ tag: "hero" }, asset)).toEqual({ previous: "ast_newer", next: "ast_older" });
    expect(seen.map(({ query }) => [query.get("tag"), query.get("from"), query.get("to")])).toEqual([
      ["hero", at, null],
      ["hero", null, at],
    ]);
  });

  it("is the other way round where the oldest come first", async () => {
    serveBeside({ newer: ["ast_newer"], older: ["ast_older"] });
    expect(await readBeside({ sort: "oldest" }, asset)).toEqual({ previous: "ast_older", next: "ast_newer" });
  });

  it("is nothing at the ends", async () => {
    serveBeside({ newer: [], older: [] });
    expect(await readBeside({}, asset)).toEqual({ previous: null, next: null });
  });

  it("reads on over pages that hold nothing", async () => {
    serving({
      "GET /v1/assets": ({ query }) =>
        query.has("page_token")
          ? { assets: [anAsset({ id: "ast_far" })], next_page_token: "" }
          : { assets: [], next_page_token: "on" },
    });
    expect(await readBeside({}, asset)).toEqual({ previous: "ast_far", next: "ast_far" });
  });

  it("asks for no days that the view leaves out", async () => {
    const seen = serveBeside({ newer: [], older: [] });
    await readBeside({ from: "2026-11-22T00:00:00Z" }, asset);
    expect(seen).toHaveLength(1);
  });
});
