import type { BatchView } from "@/api/schema";
import { aBatch } from "@/testing/batches";
import { offers } from "./offers";

const MAKER = { id: "mem_maker", role: "editor" } as const;
const OTHER = { id: "mem_other", role: "editor" } as const;
const ADMIN = { id: "mem_admin", role: "admin" } as const;
const acts = (said: Partial<BatchView>, me: Parameters<typeof offers>[1] = MAKER) =>
  [...offers(aBatch(said), me)].sort();
const NO_FAILURES = { ...aBatch().progress, failed: 0 };

describe("acts on a batch", () => {
  it("are none for who only looks", () => {
    expect(acts({}, { id: "mem_maker", role: "viewer" })).toEqual([]);
    expect(acts({}, { id: "mem_maker", role: "evaluator" })).toEqual([]);
  });

  it("of a running one are to pause, cancel and promote it", () => {
    expect(acts({ progress: NO_FAILURES })).toEqual([
      "archive",
      "budget",
      "cancel",
      "duplicate",
      "edit",
      "order",
      "pause",
      "promote",
    ]);
  });

  it("of a paused one, or one about to pause, are to resume it", () => {
    expect(acts({ status: "paused" })).toContain("resume");
    const pausing = acts({ status_reason: "Pausing: 2 images still being made will be kept." });
    expect(pausing).toContain("resume");
    expect(pausing).not.toContain("pause");
  });

  it("of one that has not begun are not to pause it", () => {
    expect(acts({ status: "scheduled" })).not.toContain("pause");
    expect(acts({ status: "scheduled" })).toContain("cancel");
  });

  it("of one that is being cancelled steer nothing any more", () => {
    const left = acts({ status_reason: "Cancelling: 2 images still being made will be kept." });
    for (const act of ["pause", "resume", "cancel", "promote", "order", "retry"]) expect(left).not.toContain(act);
  });

  it("of one that is over are to delete it, for its maker and for admins", () => {
    expect(acts({ status: "completed" })).toContain("delete");
    expect(acts({ status: "completed" }, ADMIN)).toContain("delete");
    expect(acts({ status: "completed" }, OTHER)).not.toContain("delete");
    expect(acts({ status: "completed" })).not.toContain("cancel");
  });

  it("raise the budget only of one's own", () => {
    expect(acts({})).toContain("budget");
    expect(acts({}, OTHER)).not.toContain("budget");
    expect(acts({}, ADMIN)).toContain("budget");
  });

  it("retry what failed, and nothing where nothing did", () => {
    expect(acts({ status: "completed_with_failures" })).toContain("retry");
    expect(acts({ status: "completed", progress: NO_FAILURES })).not.toContain("retry");
  });
});
