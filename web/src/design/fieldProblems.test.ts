import { Problem } from "@/api/problems";
import { fieldOf, showAtFields } from "@/design/fieldProblems";

const wrong = (...errors: { pointer: string; detail: string }[]) =>
  new Problem({ status: 422, code: "invalid", title: "Invalid", detail: "Two fields are wrong.", errors });

describe("problems at fields", () => {
  it("calls a pointer as a form does", () => {
    expect(fieldOf("/rows/3/prompt")).toBe("rows.3.prompt");
    expect(fieldOf("/variables/a~1b~0c")).toBe("variables.a/b~c");
  });

  it("shows what is wrong at its field and tells the rest", () => {
    const setErrors = vi.fn();
    const rest = showAtFields(
      { setErrors },
      wrong({ pointer: "/name", detail: "Too long." }, { pointer: "/rows", detail: "None." }),
      ["name"],
    );
    expect(setErrors).toHaveBeenCalledWith({ name: "Too long." });
    expect(rest).toBe("rows: None.");
  });

  it("tells nothing more when every field has its words, and the whole when none has", () => {
    const form = { setErrors: vi.fn() };
    expect(showAtFields(form, wrong({ pointer: "/name", detail: "Too long." }), ["name"])).toBeNull();
    expect(showAtFields(form, wrong(), ["name"])).toBe("Two fields are wrong.");
  });
});
