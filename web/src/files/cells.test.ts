import { guarded } from "@/files/cells";

describe("a cell of a file for a sheet", () => {
  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1", "=1+1\nand more"])("is no formula: %j", (text) => {
    expect(guarded(text).startsWith("'")).toBe(true);
  });

  it("hides no second cell behind a semicolon or a line", () => {
    expect(guarded("a;=1+1")).toBe("a;'=1+1");
    expect(guarded('a\n"=1+1')).toBe("a\n'\"=1+1");
  });

  it.each(["A walker by the sea", "1-2", "a = b", ""])("stays as it is where nothing is run: %j", (text) => {
    expect(guarded(text)).toBe(text);
  });
});
