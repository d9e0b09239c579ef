import { onlineManager } from "@tanstack/react-query";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { Picture } from "@/design/Picture";
import { problem, serving } from "@/testing/network";
import { renderPart } from "@/testing/render";

const links = (id: string, version: number) => ({
  url: `https://objects.test/${id}/full?${version}`,
  optimised_url: `https://objects.test/${id}/screen?${version}`,
  thumbnail_url: `https://objects.test/${id}/small?${version}`,
  expires_at: "2099-01-01T00:00:00Z",
  picked: false,
  rating: null,
});

function serveLinks(gone: string[] = []) {
  let version = 0;
  return serving({
    "POST /v1/assets:urls": ({ body }) => {
      const { ids } = body as { ids: string[] };
      if (ids.some((id) => gone.includes(id))) return problem(404, "Some are gone.");
      version += 1;
      return { urls: Object.fromEntries(ids.map((id) => [id, links(id, version)])) };
    },
  });
}

const picture = (asset: string, src?: string) => (
  <Picture key={asset} asset={asset} alt={asset} width={4} height={5} {...(src === undefined ? {} : { src })} />
);

describe("Picture", () => {
  afterEach(() => void vi.useRealTimers());

  it("shows a link that it was given without asking for one", () => {
    const seen = serveLinks();
    renderPart(picture("ast_1", "https://objects.test/given"));
    expect(screen.getByAltText("ast_1")).toHaveAttribute("src", "https://objects.test/given");
    expect(seen).toEqual([]);
  });

  it("asks for the links of a whole wall at once", async () => {
    const seen = serveLinks();
    const ids = Array.from({ length: 130 }, (_, index) => `ast_${index}`);
    renderPart(ids.map((id) => picture(id)));
    expect(await screen.findByAltText("ast_129")).toHaveAttribute("src", expect.stringContaining("/ast_129/small"));
    expect(seen.map(({ body }) => (body as { ids: string[] }).ids.length)).toEqual([100, 30]);
  });

  it("takes a fresh link when the given one has ended", async () => {
    serveLinks();
    renderPart(picture("ast_1", "https://objects.test/ended"));
    fireEvent.error(screen.getByAltText("ast_1"));
    await waitFor(() => expect(screen.getByAltText("ast_1")).toHaveAttribute("src", links("ast_1", 1).thumbnail_url));
  });

  it("says of an image that is gone that it is not available, and shows the others", async () => {
    serveLinks(["ast_2"]);
    renderPart(["ast_1", "ast_2", "ast_3"].map((id) => picture(id)));
    expect(await screen.findByLabelText("ast_2 (not available)")).toBeVisible();
    expect(await screen.findByAltText("ast_1")).toBeVisible();
    expect(await screen.findByAltText("ast_3")).toBeVisible();
  });

  it("shows a picture that was lost with the connection once that is back", async () => {
    serveLinks();
    renderPart(picture("ast_1"));
    for (let failure = 0; failure < 3; failure += 1) fireEvent.error(await screen.findByAltText("ast_1"));
    expect(await screen.findByLabelText("ast_1 (not available)")).toBeVisible();
    act(() => {
      onlineManager.setOnline(false);
      onlineManager.setOnline(true);
    });
    expect(await screen.findByAltText("ast_1")).toBeVisible();
  });

  it("asks again for links that were refused, and no more for those of an image that is gone", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let isDown = true;
    const seen = serving({
      "POST /v1/assets:urls": ({ body }) => {
        const { ids } = body as { ids: string[] };
        if (ids.includes("ast_gone")) return problem(404, "It is gone.");
        return isDown ? problem(409, "Not now.") : { urls: { ast_1: links("ast_1", 1) } };
      },
    });
    renderPart([picture("ast_1"), picture("ast_gone")]);
    expect(await screen.findByLabelText("ast_1 (not available)")).toBeVisible();
    expect(await screen.findByLabelText("ast_gone (not available)")).toBeVisible();
    isDown = false;
    const asked = seen.length;
    await act(() => vi.advanceTimersByTimeAsync(20_000));
    expect(await screen.findByAltText("ast_1")).toBeVisible();
    expect(seen.slice(asked).map(({ body }) => body)).toEqual([{ ids: ["ast_1"] }]);
  });
});
