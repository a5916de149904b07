type Box = Pick<DOMRect, "left" | "top" | "bottom">;

/**
 * Which of the boxes an arrow key goes to from the one at `from`: in the next row above or below it the one that begins nearest to its
 * left edge; undefined where there is no such row. Rows may be of any length and height.
 */
export function nearestInNextRow(boxes: readonly Box[], from: number, way: "up" | "down"): number | undefined {
  const here = boxes[from];
  if (here === undefined) return undefined;
  const distance = ({ top, bottom }: Box) => (way === "down" ? top - here.bottom : here.top - bottom);
  const beyond = boxes.map((box, i) => ({ box, i })).filter(({ box }) => distance(box) >= 0);
  const next = Math.min(...beyond.map(({ box }) => distance(box)));
  const sideways = ({ left }: Box) => Math.abs(left - here.left);
  const row = beyond.filter(({ box }) => distance(box) === next).sort((a, b) => sideways(a.box) - sideways(b.box));
  return row[0]?.i;
}
