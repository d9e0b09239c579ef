import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { confirm } from "@/design/confirm";
import { forgetMessages, tell, tellProblem } from "@/design/toasts";
import { renderPart } from "@/testing/render";

const QUESTION = { title: "Delete 3 images?", body: "They are gone for good.", verb: "Delete", danger: true };

describe("confirm", () => {
  it.each([
    ["Delete", true],
    ["Cancel", false],
  ])("is answered by the button %s with %s", async (name, wanted) => {
    renderPart(null);
    const answered = confirm(QUESTION);
    expect(await screen.findByRole("dialog", { name: QUESTION.title })).toHaveTextContent(QUESTION.body);
    await userEvent.click(await screen.findByRole("button", { name }));
    expect(await answered).toBe(wanted);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("keeps things as they are by a word of their own where Cancel would be misread", async () => {
    renderPart(null);
    const answered = confirm({ ...QUESTION, keep: "Keep it going" });
    await userEvent.click(await screen.findByRole("button", { name: "Keep it going" }));
    expect(await answered).toBe(false);
    expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull();
  });

  it("is answered with no by Escape and by the next question", async () => {
    renderPart(null);
    const first = confirm(QUESTION);
    const second = confirm({ ...QUESTION, title: "Another?" });
    expect(await first).toBe(false);
    await screen.findByRole("dialog", { name: "Another?" });
    await userEvent.keyboard("{Escape}");
    expect(await second).toBe(false);
  });
});

describe("toasts", () => {
  it("say what was done, and take it back", async () => {
    renderPart(null);
    const undo = vi.fn();
    tell("Three images tagged", undo);
    expect(await screen.findByText("Three images tagged")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Undo" }));
    expect(undo).toHaveBeenCalledOnce();
  });

  it("go with whom they were for, and so do questions", async () => {
    renderPart(null);
    tell("The batch “Secret” was deleted.");
    const answered = confirm(QUESTION);
    await screen.findByText("The batch “Secret” was deleted.");
    forgetMessages();
    expect(await answered).toBe(false);
    await waitFor(() => expect(screen.queryByText("The batch “Secret” was deleted.")).toBeNull());
  });

  it("say what could not be done, and why", async () => {
    renderPart(null);
    tellProblem(new TypeError("Failed to fetch"), "The batch could not be paused");
    expect(await screen.findByText("The batch could not be paused")).toBeVisible();
    expect(screen.getByText(/could not be reached/)).toBeVisible();
  });
});
