import fc from "fast-check";
import type { BatchStatus } from "@/api/schema";
import { batch } from "@/live/testing/things";
import { allRead, headline, looked, NOTHING_NOTICED, type Noticed, opened } from "@/notices/notices";

const NOON = { me: "mem_me", here: null, now: "2026-11-21T12:00:00Z" };
const ID = "bat_aaaaaaaaaaaaaaaaaaaa";
const mine = (status: BatchStatus, revision = 1) =>
  batch({ id: ID, created_by: "mem_me", created_at: "2026-11-21T10:00:00Z", status, revision });

function after(before: Noticed, ...states: BatchStatus[]): Noticed {
  return states.reduce((known, status, at) => looked(known, [mine(status, at + 1)], NOON).after, before);
}

it("notices that a batch of one's own has ended, once", () => {
  const { news, after: known } = looked(after(NOTHING_NOTICED, "running"), [mine("completed", 2)], NOON);
  expect(news.map((notice) => [notice.batch, notice.status, notice.detail])).toEqual([[ID, "completed", "3 images."]]);
  expect(looked(known, [mine("completed", 3)], NOON).news).toEqual([]);
  expect(known.notices).toHaveLength(1);
});

it("notices nothing of what had ended before it was first seen", () => {
  expect(after(NOTHING_NOTICED, "completed", "completed").notices).toEqual([]);
});

it("notices a batch that was so quick that it was never seen running", () => {
  const before = { ...NOTHING_NOTICED, lookedAt: "2026-11-21T09:59:00Z" };
  expect(looked(before, [mine("completed")], NOON).news).toHaveLength(1);
});

it("notices a second end after a batch was tried again", () => {
  expect(after(NOTHING_NOTICED, "running", "completed_with_failures", "running", "completed").notices).toHaveLength(2);
});

it("tells nobody of what they cancelled", () => {
  expect(after(NOTHING_NOTICED, "running", "cancelled").notices).toEqual([]);
});

it("follows others' batches once they were opened, and not before", () => {
  const others = (status: BatchStatus) => ({ ...mine(status), created_by: "mem_other" });
  const unopened = looked(NOTHING_NOTICED, [others("running")], NOON).after;
  expect(looked(unopened, [others("failed")], NOON).news).toEqual([]);
  const follows = looked(opened(NOTHING_NOTICED, ID), [others("running")], NOON).after;
  expect(looked(follows, [others("failed")], NOON).news.map((notice) => notice.status)).toEqual(["failed"]);
});

it("takes for read what happens before one's eyes, and what is opened", () => {
  const running = after(NOTHING_NOTICED, "running");
  expect(looked(running, [mine("completed", 2)], { ...NOON, here: ID }).news[0]?.isRead).toBe(true);
  const unread = after(NOTHING_NOTICED, "running", "completed");
  expect(unread.notices[0]?.isRead).toBe(false);
  expect(opened(unread, ID).notices[0]?.isRead).toBe(true);
  expect(allRead(unread).notices[0]?.isRead).toBe(true);
});

it("says what happened in words", () => {
  const said = (status: BatchStatus) => headline({ name: "Spring", status });
  expect([said("completed"), said("completed_with_failures"), said("failed")]).toEqual([
    "“Spring” is ready",
    "“Spring” is done, with failures",
    "“Spring” failed",
  ]);
});

it("tells each end once, whatever was seen between", () => {
  const states = fc.array(fc.constantFrom<BatchStatus>("running", "paused", "completed", "failed", "cancelled"));
  fc.assert(
    fc.property(states, (seen) => {
      const ends = seen.filter((status, at) => {
        const isEnd = status === "completed" || status === "failed";
        return isEnd && at > 0 && ["running", "paused"].includes(seen[at - 1] ?? "");
      });
      expect(after(NOTHING_NOTICED, ...seen).notices.length).toBe(Math.min(50, ends.length));
    }),
  );
});
