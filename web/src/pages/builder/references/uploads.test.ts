import { expect, it } from "vitest";
import { freshName, isSheet, keptName, next, refusal, type Upload } from "./uploads";

function file(name: string, type = "image/png", size = 10): File {
  return new File([new Uint8Array(size)], name, { type });
}

function upload(name: string, state: Upload["state"]): Upload {
  return { name, file: file(name), key: name, state, share: 0, detail: "", again: false };
}

it("says before sending why a file cannot become a reference", () => {
  expect(refusal(file("a.png"), 100)).toBe("");
  expect(refusal(file("a.gif", "image/gif"), 100)).toMatch(/PNG, JPEG and WebP/);
  expect(refusal(file("a.png", "image/png", 0), 100)).toBe("The file is empty.");
  expect(refusal(file("a.png", "image/png", 200), 100)).toBe(
    "The file has 200 B; at most 100 B are taken. Make it smaller.",
  );
});

it("gives files of one name names of their own", () => {
  expect(freshName("Image.png", new Set(["image.png", "image (2).png"]))).toBe("Image (3).png");
  expect(freshName("notes", new Set(["notes"]))).toBe("notes (2)");
});

it("begins three at once, in their order", () => {
  const all = [
    upload("a", "ready"),
    upload("b", "sending"),
    upload("c", "checking"),
    upload("d", "waiting"),
    upload("e", "waiting"),
  ];
  expect(next(all).map((one) => one.name)).toEqual(["d"]);
});

it("knows a sheet from a picture", () => {
  expect([file("rows.XLSX"), file("a.csv"), file("a.png")].map(isSheet)).toEqual([true, true, false]);
});

it("keeps the end of a name that is too long, whole characters of it", () => {
  expect(keptName("A tent.png")).toBe("A tent.png");
  expect(keptName(`${"🐈".repeat(240)}.png`)).toBe(`${"🐈".repeat(196)}.png`);
});
