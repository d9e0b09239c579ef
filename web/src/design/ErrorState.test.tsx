import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Problem } from "@/api/problems";
import { ErrorState } from "@/design/ErrorState";
import { renderPart } from "@/testing/render";

describe("ErrorState", () => {
  it("says what happened, where, what to name, and asks again", async () => {
    const onRetry = vi.fn();
    const errors = [{ pointer: "/query/q", detail: "Too long." }];
    const error = new Problem({
      status: 422,
      code: "x",
      title: "Wrong",
      detail: "Mend it.",
      requestId: "req_1",
      errors,
    });
    renderPart(<ErrorState error={error} onRetry={onRetry} />);
    expect(screen.getByRole("alert")).toHaveTextContent(/Wrong.*Mend it\..*\/query\/q.*Too long\..*req_1/);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(onRetry).toHaveBeenCalledOnce();
  });

  it("has words of its own for a lost connection and for what nobody foresaw", () => {
    renderPart(<ErrorState error={new TypeError("Failed to fetch")} />);
    expect(screen.getByRole("heading", { name: "No connection" })).toBeVisible();
    renderPart(<ErrorState error={new RangeError("secret inside")} />);
    expect(screen.getByRole("heading", { name: "Something went wrong on this page" })).toBeVisible();
    expect(screen.queryByText(/secret inside/)).toBeNull();
  });
});
