import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { isPicked, useChoices, useOthersPicks, usePick } from "@/api/picks";
import { anAsset } from "@/testing/assets";
import { anItem } from "@/testing/batches";
import { problem, serving } from "@/testing/network";
import { renderPart } from "@/testing/render";

const ITEM = anItem();
const ID = ITEM.asset?.id ?? "";

function Image() {
  const choices = useChoices();
  const pick = usePick();
  useOthersPicks([ITEM.batch]);
  const picked = isPicked(ITEM, choices);
  return (
    <button onClick={() => pick.mutate({ ids: [ID], picked: !picked })}>{picked ? "picked" : "not picked"}</button>
  );
}

const [WON, OTHER] = [0, 1].map((index) => {
  const item = anItem({ index });
  return { ...item, asset: item.asset && { ...item.asset, id: `ast_${index}`, picked: index === 0 } };
}) as [ReturnType<typeof anItem>, ReturnType<typeof anItem>];

function Both() {
  const choices = useChoices();
  const pick = usePick();
  const told = [WON, OTHER].map((item) => (isPicked(item, choices) ? "picked" : "not"));
  return (
    <>
      <output>{told.join(" ")}</output>
      <button type="button" onClick={() => pick.mutate({ ids: ["ast_0", "ast_1"], picked: true })}>
        Pick both
      </button>
    </>
  );
}

const winners = (...ids: string[]) => ({ assets: ids.map((id) => anAsset({ id, picked: true })), next_page_token: "" });

describe("a pick", () => {
  it("of somebody else shows when it is asked for, and so does that it was taken back", async () => {
    let told = winners(ID);
    serving({ "GET /v1/assets": () => told });
    const { queries } = renderPart(<Image />);
    await screen.findByText("picked");
    told = winners();
    await queries.refetchQueries({ queryKey: ["picks", "winners"] });
    await screen.findByText("not picked");
  });

  it("made here is not undone by an answer that was asked for before it", async () => {
    let answerOld = (_: object) => {};
    const old = new Promise<object>((resolve) => {
      answerOld = resolve;
    });
    serving({
      "GET /v1/assets": () => old,
      "POST /v1/assets:pick": () => ({ outcomes: [{ id: ID, outcome: "done", detail: "" }] }),
    });
    const { queries } = renderPart(<Image />);
    await userEvent.click(await screen.findByText("not picked"));
    await screen.findByText("picked");
    answerOld(winners());
    await waitFor(() => expect(queries.isFetching({ queryKey: ["picks", "winners"] })).toBe(0));
    expect(screen.getByText("picked")).toBeVisible();
  });

  it("of several that the service refuses leaves picked what was picked before", async () => {
    let refuse = () => {};
    const refused = new Promise<Response>((resolve) => {
      refuse = () => resolve(problem(503, "Not now."));
    });
    serving({ "POST /v1/assets:pick": () => refused });
    renderPart(<Both />);
    expect(screen.getByRole("status")).toHaveTextContent("picked not");
    await userEvent.click(screen.getByRole("button"));
    await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("picked picked"));
    refuse();
    await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("picked not"));
  });

  it("that is taken back at once reaches the service in that order, and stays so", async () => {
    const answers: ((told: object) => void)[] = [];
    const seen = serving({
      "GET /v1/assets": () => winners(),
      "POST /v1/assets:pick": () => new Promise<object>((resolve) => answers.push(resolve)),
    });
    const said = () => seen.filter((one) => one.method === "POST").map((one) => one.body);
    renderPart(<Image />);
    await userEvent.click(await screen.findByText("not picked"));
    await userEvent.click(await screen.findByText("picked"));
    expect(said()).toEqual([{ ids: [ID], picked: true }]);
    answers[0]?.({ outcomes: [{ id: ID, outcome: "done", detail: "" }] });
    await waitFor(() => expect(answers).toHaveLength(2));
    expect(screen.getByText("not picked")).toBeVisible();
    answers[1]?.({ outcomes: [{ id: ID, outcome: "done", detail: "" }] });
    await screen.findByText("not picked");
    expect(said()[1]).toEqual({ ids: [ID], picked: false });
  });

  it("that the service refuses is undone", async () => {
    serving({
      "GET /v1/assets": () => winners(),
      "POST /v1/assets:pick": () => problem(503, "Not now."),
    });
    renderPart(<Image />);
    await userEvent.click(await screen.findByText("not picked"));
    await screen.findByText("not picked");
  });
});
