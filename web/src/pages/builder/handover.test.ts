import { afterEach, expect, it } from "vitest";
import { forgetHandovers, handedOver, openBuilderWith } from "./handover";

afterEach(forgetHandovers);

function idIn(path: string): string {
  return new URLSearchParams(path.split("?")[1]).get("from") ?? "";
}

it("opens the builder at a path that finds the rows again, more than once", () => {
  const path = openBuilderWith([{ prompt: "A tent", seed: 7 }], "Tents again");

  expect(path).toMatch(/^\/batches\/new\?from=/);
  expect(handedOver(idIn(path))).toEqual({ rows: [{ prompt: "A tent", seed: 7 }], name: "Tents again" });
  expect(handedOver(idIn(path))?.rows).toHaveLength(1);
});

it("knows nothing of rows that were never handed over", () => {
  expect(handedOver("nobody")).toBeNull();
});

it("forgets everything when it is told to", () => {
  const path = openBuilderWith([{ prompt: "A tent" }]);

  forgetHandovers();

  expect(handedOver(idIn(path))).toBeNull();
  expect(Object.keys(sessionStorage)).toEqual([]);
});
