import { onlineManager, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type ReactNode, useState } from "react";
import { useWishedBatch } from "@/acts/batchWishes";
import { useBatchActs } from "@/acts/useBatchActs";
import { useWish, useWished, type Wish, wished } from "@/acts/wishes";
import { createQueryClient } from "@/api/queries";
import type { BatchView } from "@/api/schema";
import { StatusBadge } from "@/design/StatusBadge";
import { aBatch } from "@/testing/batches";
import { problem, serving } from "@/testing/network";
import { renderPart } from "@/testing/render";

interface Told {
  revision: number;
  word: string;
}

const wish = (said: string, status: Wish<Told>["status"], answer?: Told): Wish<Told> => ({
  status,
  said,
  answer,
  show: (thing, word) => ({ ...thing, word: word as string }),
  isMet: (thing, answered) => thing.revision >= (answered as Told).revision,
});

const at = (revision: number, word = "running"): Told => ({ revision, word });

describe("what is shown of a thing of which something was asked", () => {
  it("is what was asked while that is on its way, whatever is told meanwhile", () => {
    const asked = [wish("pausing", "pending")];
    expect([at(3), at(9, "others changed it")].map((told) => wished(told, asked).word)).toEqual(["pausing", "pausing"]);
    expect(wished(at(9), asked).revision).toBe(9);
  });

  it("is what was asked until it is told, and then what is told", () => {
    const asked = [wish("pausing", "success", at(5))];
    expect(wished(at(4), asked).word).toBe("pausing");
    expect(wished(at(5, "paused"), asked).word).toBe("paused");
    expect(wished(at(6, "resumed by others"), asked).word).toBe("resumed by others");
  });

  it("is what is told once it was refused, and the later one of two wishes", () => {
    expect(wished(at(3), [wish("pausing", "error")]).word).toBe("running");
    expect(wished(at(3), [wish("pausing", "pending"), wish("going on", "pending")]).word).toBe("going on");
    expect(wished(at(3), [wish("pausing", "error"), wish("going on", "pending")]).word).toBe("going on");
  });

  it("is the very same thing where nothing is due", () => {
    const told = at(5);
    expect(wished(told, [wish("pausing", "success", told)])).toBe(told);
  });
});

it("sends acts on one thing one after the other, and those on others at once", async () => {
  const queries = new QueryClient();
  const around = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  const sent: string[] = [];
  const answers: ((told: Told) => void)[] = [];
  const useBoth = (told: Told) => {
    const shared = {
      show: (thing: Told, word: string) => ({ ...thing, word }),
      isMet: (thing: Told, answer: Told) => thing.revision >= answer.revision,
      failed: "It failed",
    };
    const send = (word: string) => {
      sent.push(word);
      return new Promise<Told>((resolve) => answers.push(resolve));
    };
    const one = useWish<Told, string, Told>({ of: ["thing", "one"], act: send, ...shared });
    const other = useWish<Told, string, Told>({ of: ["thing", "other"], act: send, ...shared });
    return { one, other, shown: useWished(["thing", "one"], told) };
  };
  const { result, rerender } = renderHook(useBoth, { wrapper: around, initialProps: at(1) });
  act(() => {
    result.current.one.mutate("first");
    result.current.one.mutate("second");
    result.current.other.mutate("other");
  });
  await waitFor(() => expect(sent).toEqual(["first", "other"]));
  await waitFor(() => expect(result.current.shown?.word).toBe("second"));
  act(() => answers[0]?.(at(2, "first")));
  await waitFor(() => expect(sent).toEqual(["first", "other", "second"]));
  rerender(at(2, "first"));
  expect(result.current.shown?.word).toBe("second");
  act(() => answers[2]?.(at(3, "second")));
  rerender(at(3, "as it was told"));
  await waitFor(() => expect(result.current.shown?.word).toBe("as it was told"));
});

describe("an act whose answer does not come", () => {
  const useOne = (send: (word: string) => Promise<Told>) => {
    const one = useWish<Told, string, Told>({
      of: ["thing", "one"],
      act: send,
      show: (thing, word) => ({ ...thing, word }),
      isMet: (thing, answer) => thing.revision >= answer.revision,
      failed: "It failed",
    });
    return { one, shown: useWished(["thing", "one"], at(1)) };
  };
  const inApp = (queries: QueryClient) => ({
    wrapper: ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    ),
  });

  it("is refused at once without a connection: nothing is sent by itself later", async () => {
    onlineManager.setOnline(false);
    onTestFinished(() => onlineManager.setOnline(true));
    const send = vi.fn(() => Promise.reject(new TypeError("Failed to fetch")));
    const { result } = renderHook(() => useOne(send), inApp(createQueryClient()));
    act(() => result.current.one.mutate("pausing"));
    await waitFor(() => expect(result.current.one.isError).toBe(true));
    expect(result.current.shown?.word).toBe("running");
    expect(send).toHaveBeenCalledOnce();
  });

  it("does not show for ever, and holds nothing up", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const sent: string[] = [];
    const send = (word: string) => {
      sent.push(word);
      return new Promise<Told>(() => {});
    };
    const { result } = renderHook(() => useOne(send), inApp(createQueryClient()));
    act(() => {
      result.current.one.mutate("first");
      result.current.one.mutate("second");
    });
    await act(() => vi.advanceTimersToNextTimerAsync());
    await act(() => vi.runOnlyPendingTimersAsync());
    expect(sent).toEqual(["first", "second"]);
    await act(() => vi.runOnlyPendingTimersAsync());
    expect(result.current.shown?.word).toBe("running");
  });
});

/** A batch as its page shows it: told from outside, with the acts on it. */
function Steered({ tellers }: { tellers: ((told: BatchView) => void)[] }) {
  const [told, tell] = useState(aBatch({ revision: 3 }));
  tellers[0] = tell;
  const batch = useWishedBatch(told.id, told) ?? told;
  const acts = useBatchActs(batch);
  return (
    <>
      <StatusBadge status={batch.status} />
      <p>{batch.status_reason || "Nothing to say"}</p>
      <button type="button" onClick={acts.pause}>
        Pause
      </button>
    </>
  );
}

describe("a batch that is to pause", () => {
  it("shows that at once, through older and newer news, until the pause itself is told", async () => {
    let answered: (answer: BatchView) => void = () => {};
    serving({ "POST /v1/batches/:id:pause": () => new Promise<BatchView>((resolve) => (answered = resolve)) });
    const tellers: ((told: BatchView) => void)[] = [];
    renderPart(<Steered tellers={tellers} />);
    const news = (said: Partial<BatchView>) => act(() => tellers[0]?.(aBatch(said)));
    await userEvent.click(screen.getByRole("button", { name: "Pause" }));
    expect(await screen.findByText(/^Pausing/)).toBeInTheDocument();
    news({ revision: 4 });
    expect(screen.getByText(/^Pausing/)).toBeInTheDocument();
    await act(async () => answered(aBatch({ revision: 6, status_reason: "Pausing: …" })));
    news({ revision: 5 });
    expect(screen.getByText(/^Pausing/)).toBeInTheDocument();
    news({ revision: 7, status: "paused" });
    expect(await screen.findByText("Nothing to say")).toBeInTheDocument();
    expect(screen.getByText("Paused")).toBeInTheDocument();
  });

  it("is what it was, and says why, when that is refused", async () => {
    serving({ "POST /v1/batches/:id:pause": () => problem(409, "The batch is completed already.") });
    renderPart(<Steered tellers={[]} />);
    await userEvent.click(screen.getByRole("button", { name: "Pause" }));
    expect(await screen.findByText(/^The batch is completed already\./)).toBeInTheDocument();
    expect(screen.getByText("The batch was not paused")).toBeInTheDocument();
    await waitFor(() => expect(screen.getByText("Nothing to say")).toBeInTheDocument());
  });
});
