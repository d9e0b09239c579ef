import type { LettersActed } from "@/api/schema";
import { inBulk, type Progress, type Selection, told } from "@/pages/dead-letters/bulk";

function acted(done: number, token = "", reason = false): LettersActed {
  const selected = reason ? done + 1 : done;
  const why = reason ? { reason: { code: "archived", detail: "It is put away." } } : {};
  return { done, batches: [{ batch: "bat_1", name: "Autumn", selected, done, ...why }], next_page_token: token };
}

async function run(
  scope: Parameters<typeof inBulk>[0]["scope"],
  answers: LettersActed[],
  stop = new AbortController(),
) {
  const sent: Selection[] = [];
  const seen: Progress[] = [];
  const send = async (selection: Selection) => {
    sent.push(selection);
    const answer = answers[sent.length - 1];
    if (answer === undefined) throw new Error("down");
    return answer;
  };
  const onProgress = (progress: Progress) => {
    seen.push(progress);
    if (progress.done >= 2_000) stop.abort();
  };
  const outcome = inBulk({ scope, send, onProgress, signal: stop.signal });
  return { sent, seen, outcome };
}

describe("an act on many dead letters", () => {
  it("goes on behind each page of what a filter finds, until there is none", async () => {
    const filter = { kind: "busy" as const };
    const { sent, seen, outcome } = await run({ filter }, [acted(1_000, "a"), acted(7, "b", true), acted(3)]);
    expect(await outcome).toMatchObject({ selected: 1_011, done: 1_010 });
    expect(sent).toEqual([{ filter }, { filter, page_token: "a" }, { filter, page_token: "b" }]);
    expect(seen.map(({ done }) => done)).toEqual([1_000, 1_007, 1_010]);
    expect((await outcome).left.map(({ reason }) => reason?.detail)).toEqual(["It is put away."]);
  });

  it("sends ticked letters in as many calls as they need", async () => {
    const items = Array.from({ length: 2_001 }, (_, index) => `itm_${index}`);
    const { sent, outcome } = await run({ items }, [acted(1_000), acted(999), acted(1)]);
    await outcome;
    expect(sent.map((one) => one.items?.length)).toEqual([1_000, 1_000, 1]);
    expect(sent.flatMap((one) => one.items)).toEqual(items);
  });

  it("asks nothing where nothing is ticked", async () => {
    const { sent, outcome } = await run({ items: [] }, []);
    expect(await outcome).toMatchObject({ selected: 0, done: 0 });
    expect(sent).toEqual([]);
  });

  it("stops between two calls when it is told to", async () => {
    const { sent, outcome } = await run({ filter: {} }, [acted(1_000, "a"), acted(1_000, "b"), acted(1_000)]);
    expect((await outcome).done).toBe(2_000);
    expect(sent).toHaveLength(2);
  });

  it("has told what was done when a call fails", async () => {
    const { seen, outcome } = await run({ filter: {} }, [acted(5, "a")]);
    await expect(outcome).rejects.toThrow("down");
    expect(seen.map(({ done }) => done)).toEqual([5]);
  });

  it("says in a sentence what became of it", () => {
    expect(told({ selected: 1, done: 1, left: [] }, "queued again")).toBe("1 image is queued again.");
    expect(told({ selected: 9, done: 4, left: [] }, "discarded")).toBe("4 images are discarded; 5 stay as they are.");
  });
});
