import type { ModelView } from "@/api/schema";
import { anItem } from "@/testing/batches";
import { changesOf, editOf, fittedTo } from "./edits";

const before = editOf(anItem({ seed: 7 }));
const MODEL = {
  id: "other",
  capabilities: { aspect_ratios: ["1:1", "3:2"], sizes: ["2K"] },
} as unknown as ModelView;

describe("an edit of an image", () => {
  it("says only what is different", () => {
    expect(changesOf(before, { ...before, prompt: "A cup", size: "2K" })).toEqual({ prompt: "A cup", size: "2K" });
    expect(changesOf(before, { ...before })).toEqual({});
  });

  it("leaves an emptied field to the model, and keeps a seed of 0", () => {
    expect(changesOf(before, { ...before, seed: "" })).toEqual({ seed: null });
    expect(changesOf(before, { ...before, seed: 0 })).toEqual({ seed: 0 });
  });

  it("leaves out what another model does not take", () => {
    expect(changesOf(before, fittedTo(before, MODEL))).toMatchObject({ model: "other", seed: null });
    const seeded = { ...MODEL, capabilities: { ...MODEL.capabilities, seed: true } };
    expect(changesOf(before, fittedTo(before, seeded))).not.toHaveProperty("seed");
  });

  it("fits shape and size to another model", () => {
    expect(fittedTo(before, MODEL)).toMatchObject({ model: "other", aspect_ratio: "1:1", size: "2K" });
    expect(fittedTo({ ...before, aspect_ratio: "3:2" }, MODEL).aspect_ratio).toBe("3:2");
    expect(fittedTo(before, undefined)).toBe(before);
  });
});
