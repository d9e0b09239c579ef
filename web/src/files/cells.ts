const FORMULA = /^ *[=+\-@\t\r\n＝＋－＠]/;
/** Where decimals have a comma, Excel takes a semicolon for the end of a cell, and a quote inside a line for nothing. */
const NEXT_CELL = /([;\t\r\n])(?=[\s"]*[=+\-@＝＋－＠])/g;

/** A text that a sheet would run as a formula gets an apostrophe in front. */
export function guarded(text: string): string {
  const inside = text.replace(NEXT_CELL, "$1'");
  return FORMULA.test(inside) ? `'${inside}` : inside;
}
