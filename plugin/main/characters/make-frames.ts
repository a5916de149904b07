import type { Size } from "../../../shared/geometry.ts";
import type { CallInput, CallOutput } from "../../bridge.ts";
import { findFreeSpot } from "../find-free-spot.ts";
import { findLayer, pageOf } from "../find-layer.ts";
import { describeLayer } from "../layer.ts";

const GAP = 40;
const COLUMNS = 4;

/** In rows of four, in the order of their names; beside a layer of another page where one looks. */
export async function makeFrames({
  names,
  width,
  height,
  beside,
}: CallInput<"make-frames">): Promise<CallOutput<"make-frames">> {
  const near = await findLayer(beside);
  const columns = Math.min(COLUMNS, names.length);
  const rows = Math.ceil(names.length / columns);
  const block = { width: columns * (width + GAP) - GAP, height: rows * (height + GAP) - GAP };
  const isHere = pageOf(near)?.id === figma.currentPage.id;
  const transform = isHere ? near.absoluteTransform : endingInView(block);
  const spot = findFreeSpot(near, { ...block, transform }, "");
  const frames = names.map((name, i) => {
    const frame = figma.createFrame();
    frame.name = name;
    frame.resize(width, height);
    frame.x = spot.x + (i % columns) * (width + GAP);
    frame.y = spot.y + Math.floor(i / columns) * (height + GAP);
    return frame;
  });
  figma.commitUndo();
  return { frames: frames.map(describeLayer) };
}

/** Of a block to the right of which is the middle of the view. */
function endingInView({ width, height }: Size): Transform {
  const { x, y } = figma.viewport.center;
  return [
    [1, 0, x - width],
    [0, 1, y - height / 2],
  ];
}
