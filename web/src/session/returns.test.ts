import { returnAddress, signInAddress } from "@/session/returns";

describe("the way back from the sign-in", () => {
  it("leads to the page that was asked for, with its query and place", () => {
    const wanted = { pathname: "/library", search: "?model=a&tag=b", hash: "#top" };
    const address = new URL(signInAddress(wanted), location.origin);
    expect(address.pathname).toBe("/sign-in");
    expect(returnAddress(address.searchParams)).toBe("/library?model=a&tag=b#top");
  });

  it("is not named for the start", () => {
    expect(signInAddress({ pathname: "/", search: "", hash: "" })).toBe("/sign-in");
  });

  it.each([
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/sign-in?to=/sign-in",
    "library",
    "http://[",
  ])("never leads to %s", (to) => {
    expect(returnAddress(new URLSearchParams({ to }))).toBe("/");
  });
});
