import { act, createEvent, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useMemo } from "react";
import { useLine } from "@/pages/wall/line/useLine";
import { WaitingLine } from "@/pages/wall/line/WaitingLine";
import { aBatch, anItem } from "@/testing/batches";
import { layOut } from "@/testing/layout";
import { problem, serving } from "@/testing/network";
import { renderPart } from "@/testing/render";

const LETTERS = [..."abcdef"];

/** A service with a line of its own, whose moves wait until they are answered. */
function aService(begun: readonly string[] = []) {
  const service = { order: [...LETTERS], answer: (_: object | Response) => {} };
  const item = (letter: string) =>
    anItem({ id: letter, index: LETTERS.indexOf(letter), prompt: `Kite ${letter}`, status: "pending", asset: null });
  const asked = () => new Promise<object | Response>((resolve) => (service.answer = resolve));
  const seen = serving({
    "GET /v1/batches/:id/line": () => ({
      items: service.order.map(item),
      total: service.order.length,
      sent: begun.map((letter) => anItem({ id: letter, prompt: `Kite ${letter}`, status: "pending", asset: null })),
      sent_total: begun.length,
      resting: [],
      resting_total: 0,
      next_page_token: "",
    }),
    "POST /v1/batches/:id/items:promote": asked,
    "POST /v1/batches/:id/items:reorder": asked,
  });
  return { service, moves: () => seen.filter(({ method }) => method === "POST").map(({ body }) => body) };
}

function Page({ canMove, chosen }: { canMove: boolean; chosen: readonly string[] }) {
  const batch = useMemo(() => aBatch(), []);
  const { line } = useLine(batch, true);
  if (line === undefined) return null;
  const known = [...line.sent, ...line.items];
  return (
    <WaitingLine
      batch={batch.id}
      line={line}
      count={known.length}
      at={(place) => known[place]}
      canMove={canMove}
      chosen={chosen}
      isChoosing={false}
      isBehind={false}
      onOpen={vi.fn()}
      onChoose={vi.fn()}
      onClear={vi.fn()}
      onSeen={vi.fn()}
    />
  );
}

async function show({ canMove = true, chosen = [] as readonly string[] } = {}) {
  layOut(1_050);
  const { queries } = renderPart(<Page canMove={canMove} chosen={chosen} />);
  await screen.findByRole("button", { name: /Number 6/ });
  return () => act(() => queries.invalidateQueries());
}

const shown = () =>
  [...document.querySelectorAll<HTMLElement>("[data-item]")]
    .sort((one, other) => Number(one.dataset.place) - Number(other.dataset.place))
    .map((row) => row.dataset.item)
    .join("");
const row = (letter: string) => screen.getByRole("button", { name: new RegExp(`Kite ${letter}`) });
const press = (key: string, altKey = false) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, altKey });

describe("what waits, in its order", () => {
  it("shows a move at once, and keeps it until the line that is read has it", async () => {
    const { service, moves } = aService();
    await show();
    await userEvent.click(screen.getByRole("button", { name: "Make first: image 4" }));
    await waitFor(() => expect(shown()).toBe("dabcef"));
    expect(moves()).toEqual([{ items: ["d"] }]);
    service.order = [..."dbcef"];
    act(() => service.answer({ moved: 1, left: [] }));
    // What has started meanwhile leaves the line, and nothing else moves.
    await waitFor(() => expect(shown()).toBe("dbcef"));
  });

  it("goes back, and says why, when the service refuses", async () => {
    const { service } = aService();
    await show();
    act(() => row("c").focus());
    press("ArrowUp", true);
    await waitFor(() => expect(shown()).toBe("acbdef"));
    act(() => service.answer(problem(409, "Nothing can be put before it: It is being made.")));
    await waitFor(() => expect(shown()).toBe("abcdef"));
    expect(screen.getByText("The order was not changed")).toBeInTheDocument();
  });

  it("says which image had started already", async () => {
    const { service } = aService();
    await show();
    await userEvent.click(screen.getByRole("button", { name: "Make last: image 1" }));
    await waitFor(() => expect(shown()).toBe("bcdefa"));
    service.order = [..."bcdef"];
    act(() => service.answer({ moved: 0, left: [{ item: "a", detail: "It is being made." }] }));
    expect(await screen.findByText("It kept its place. It is being made.")).toBeInTheDocument();
    await waitFor(() => expect(shown()).toBe("bcdef"));
  });

  it("is put in order by keys, and the focus stays with the image that moves", async () => {
    aService();
    await show();
    act(() => row("b").focus());
    press("ArrowDown", true);
    await waitFor(() => expect(shown()).toBe("acbdef"));
    await waitFor(() => expect(document.activeElement).toBe(row("b")));
    press("l");
    await waitFor(() => expect(shown()).toBe("acdefb"));
    await waitFor(() => expect(document.activeElement).toBe(row("b")));
    expect(screen.getByText("Number 6 of 6.")).toBeInTheDocument();
  });

  it("keeps the focus when what had it has started, and never takes it from who has left", async () => {
    const { service } = aService();
    const readAgain = await show();
    act(() => row("b").focus());
    service.order = [..."acdef"];
    await readAgain();
    await waitFor(() => expect(document.activeElement).toBe(row("c")));
    await userEvent.click(document.body);
    act(() => row("c").blur());
    service.order = [..."adef"];
    await readAgain();
    await waitFor(() => expect(shown()).toBe("adef"));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    expect(document.activeElement).toBe(document.body);
  });

  it("moves all that are chosen, in their order", async () => {
    const { moves } = aService();
    await show({ chosen: ["e", "c"] });
    await userEvent.click(screen.getByRole("button", { name: "Make first: image 5" }));
    await waitFor(() => expect(shown()).toBe("ceabdf"));
    expect(moves()).toEqual([{ items: ["c", "e"] }]);
  });

  it("lands between two others where it is dragged to", async () => {
    const { moves } = aService(["x"]);
    await show();
    const transfer = { setData: vi.fn(), setDragImage: vi.fn() };
    const handle = row("e").parentElement?.querySelector("[draggable]") as Element;
    fireEvent.dragStart(handle, { dataTransfer: transfer });
    const rows = screen.getByRole("list");
    // Rows are 44 pixels high; the first one is on its way already.
    for (const name of ["dragOver", "drop"] as const) {
      const event = createEvent[name](rows, { dataTransfer: transfer });
      Object.defineProperty(event, "clientY", { value: 44 * 3 });
      fireEvent(rows, event);
    }
    await waitFor(() => expect(shown()).toBe("xabecdf"));
    expect(moves()).toEqual([{ items: ["e"], before: "c", last: false }]);
  });

  it("shows who may only look the order, and no way to change it", async () => {
    aService(["x"]);
    await show({ canMove: false });
    expect(shown()).toBe("xabcdef");
    expect(screen.queryByRole("button", { name: /Make first/ })).toBeNull();
    expect(document.querySelector("[draggable]")).toBeNull();
    act(() => row("b").focus());
    press("f");
    expect(shown()).toBe("xabcdef");
  });
});
