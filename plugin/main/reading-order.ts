/** What is read has a place on the page. */
interface Placed {
  readonly absoluteBoundingBox: Rect | null;
}

/**
 * The layers as one reads a page: line by line from the top, each line from the left. A layer belongs to a line where its middle
 * lies within the height of the line's first one.
 */
export function inReadingOrder<T extends Placed>(layers: readonly T[]): T[] {
  const boxed = layers.map((layer) => ({ layer, box: layer.absoluteBoundingBox ?? NOWHERE }));
  const left = [...boxed].sort((a, b) => a.box.y - b.box.y || a.box.x - b.box.x);
  const read: T[] = [];
  while (left.length > 0) {
    const { box: first } = left[0]!;
    const isOfLine = ({ box }: (typeof left)[number]) => box.y + box.height / 2 <= first.y + first.height;
    const line = left.filter((each, index) => index === 0 || isOfLine(each)).sort((a, b) => a.box.x - b.box.x);
    read.push(...line.map(({ layer }) => layer));
    for (const each of line) left.splice(left.indexOf(each), 1);
  }
  return read;
}

const NOWHERE: Rect = { x: 0, y: 0, width: 0, height: 0 };
