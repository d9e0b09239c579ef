/** A list as its cell is written; one whose entries hold what parts entries becomes JSON. */
export function listText(entries: readonly unknown[]): string {
  const texts = entries.map(String);
  return texts.some((text) => /[;,\n]/.test(text)) ? JSON.stringify(texts) : texts.join("; ");
}
