import { fireEvent, screen } from "@testing-library/react";
import { renderPart } from "@/testing/render";
import { ChosenReferences } from "./ChosenReferences";

it("puts a picture where it is dropped, and where a button moves it", () => {
  const onChoose = vi.fn();
  const names = ["ref_a", "ref_b", "ref_c"];
  renderPart(<ChosenReferences target="For all rows" names={names} references={new Map()} onChoose={onChoose} />);
  const carried = new Map<string, string>();
  const dataTransfer = {
    setData: (kind: string, text: string) => carried.set(kind, text),
    getData: (kind: string) => carried.get(kind) ?? "",
    get types() {
      return [...carried.keys()];
    },
  };
  const line = (name: string) => screen.getByText(name).parentElement as HTMLElement;
  fireEvent.dragStart(line("ref_c"), { dataTransfer });
  fireEvent.drop(line("ref_a"), { dataTransfer });
  expect(onChoose).toHaveBeenLastCalledWith(["ref_c", "ref_a", "ref_b"]);
  fireEvent.click(screen.getByRole("button", { name: "Move ref_a back" }));
  expect(onChoose).toHaveBeenLastCalledWith(["ref_b", "ref_a", "ref_c"]);
});
