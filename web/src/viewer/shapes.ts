/** `"4:5"` as a number, width by height; 1 for what is no ratio. */
export function ratioOf(shape: string): number {
  const [width, height] = shape.split(":").map(Number);
  return width !== undefined && height !== undefined && width > 0 && height > 0 ? width / height : 1;
}
