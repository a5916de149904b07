import { compose } from "../../../shared/affine.ts";
import { Problem } from "../../../shared/problem.ts";
import type { CallInput, CallOutput } from "../../bridge.ts";
import { findFreeSpot } from "../find-free-spot.ts";
import { findLayer } from "../find-layer.ts";
import { describeLayer } from "../layer.ts";
import { placeIn } from "./read-key-visual.ts";

/** Canvas pixels between two frames. */
const GAP = 40;

type Input = CallInput<"make-artboards">;
type Order = Input["boards"][number];

/**
 * A frame for each format in a row beside the key visual: its picture as a new layer, and copies of the layers over it, which are as
 * they were but for where they lie. The key visual stays as it is. One undo step: nothing awaits after the first frame. Problem "target-gone".
 */
export async function makeArtboards({
  node,
  picture: pictureId,
  boards,
}: Input): Promise<CallOutput<"make-artboards">> {
  const layers = new Map<string, SceneNode>();
  for (const { id } of boards.flatMap((board) => board.layers)) layers.set(id, await findLayer(id));
  const picture = await findLayer(pictureId);
  const root = await findLayer(node);
  if ([root, picture, ...layers.values()].some(({ removed }) => removed))
    throw new Problem("target-gone", "A layer of the key visual was removed meanwhile. Try again.");
  const width = boards.reduce((sum, board) => sum + board.width + GAP, -GAP);
  const height = Math.max(...boards.map((board) => board.height));
  const spot = findFreeSpot(root, { width, height, transform: root.absoluteTransform }, "");
  let left = spot.x;
  const made = boards.map((board) => {
    const frame = figma.createFrame();
    frame.name = `${root.name} – ${board.name}`;
    frame.resize(board.width, board.height);
    frame.x = left;
    frame.y = spot.y;
    frame.clipsContent = true;
    left += board.width + GAP;
    const shown = pictureLike(picture, board);
    frame.appendChild(shown);
    shown.x = board.picture.x;
    shown.y = board.picture.y;
    for (const { id, x, y } of board.layers) putCopy(layers.get(id)!, frame, { root, x, y });
    return { frame: describeLayer(frame), picture: describeLayer(shown) };
  });
  figma.commitUndo();
  return { boards: made };
}

/** The same fills at another size. */
function pictureLike(picture: SceneNode, board: Order): RectangleNode {
  const layer = figma.createRectangle();
  layer.name = `${picture.name} – ${board.name}`;
  layer.resize(board.picture.width, board.picture.height);
  const scale = board.picture.width / picture.width;
  if ("fills" in picture && Array.isArray(picture.fills))
    layer.fills = (picture.fills as readonly Paint[]).map((paint) => scaled(paint, scale));
  return layer;
}

/** Only tiles have a size of their own; other pictures are as large as their layer. */
const scaled = (paint: Paint, scale: number): Paint =>
  paint.type === "IMAGE" && paint.scaleMode === "TILE"
    ? { ...paint, scalingFactor: (paint.scalingFactor ?? 1) * scale }
    : paint;

function putCopy(
  layer: SceneNode,
  frame: FrameNode,
  { root, x, y }: { readonly root: SceneNode; readonly x: number; readonly y: number },
): void {
  const [row, column] = compose(
    [
      [1, 0, x],
      [0, 1, y],
    ],
    placeIn(root, layer),
  );
  const copy = layer.clone();
  frame.appendChild(copy);
  if ("relativeTransform" in copy) copy.relativeTransform = [[...row], [...column]];
}
