/** The style of a box in the given shape that is as wide as its place, but no higher than `tallest` pixels. */
export function fitBox({ width, height }: { width: number; height: number }, tallest: number) {
  return { aspectRatio: `${width} / ${height}`, width: `min(100%, ${Math.round((tallest * width) / height)}px)` };
}
