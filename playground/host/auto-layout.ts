/** Auto layout in one row or one column, without wrapping: children in a line, hugging or filling. */
import { setSize, setTransform } from "./fit.ts";
import { isFrameLike } from "./kinds.ts";
import type { NodeRecord } from "./record.ts";
import type { Scene } from "./scene.ts";
import { mapBox, moveTo, originOf } from "./transform.ts";

/** Does auto layout decide where this node is? */
export function isLaidOut(scene: Scene, id: string): boolean {
  const node = scene.get(id);
  if (node.parent === null) return false;
  const parent = scene.get(node.parent);
  return isFrameLike(parent.type) && parent.layoutMode !== "NONE" && node.layoutPositioning === "AUTO";
}

/** The room a child takes: its box after turning, in the frame's space. */
const outerBox = (child: NodeRecord) =>
  mapBox(moveTo(child.transform, { x: 0, y: 0 }), { x: 0, y: 0, width: child.width, height: child.height });

const ALIGN = { MIN: 0, BASELINE: 0, SPACE_BETWEEN: 0, CENTER: 0.5, MAX: 1 } as const;

/** Lays out one frame's children, then the frames above it. */
export function layOut(scene: Scene, id: string): void {
  const frame = scene.find(id);
  if (frame === undefined) return;
  if (isFrameLike(frame.type) && frame.layoutMode !== "NONE") layOutChildren(scene, frame);
  if (frame.parent !== null) layOut(scene, frame.parent);
}

function layOutChildren(scene: Scene, frame: NodeRecord): void {
  const row = frame.layoutMode === "HORIZONTAL";
  const main = row ? "width" : "height";
  const cross = row ? "height" : "width";
  const [mainStart, mainEnd] = row ? [frame.paddingLeft, frame.paddingRight] : [frame.paddingTop, frame.paddingBottom];
  const [crossStart, crossEnd] = row
    ? [frame.paddingTop, frame.paddingBottom]
    : [frame.paddingLeft, frame.paddingRight];
  const flow = () =>
    frame.children.map((child) => scene.get(child)).filter((c) => c.visible && c.layoutPositioning === "AUTO");
  const gaps = frame.itemSpacing * Math.max(0, flow().length - 1);
  const lengthOf = (children: readonly NodeRecord[]) => children.reduce((sum, child) => sum + outerBox(child)[main], 0);

  const hugMain = Math.max(0.01, lengthOf(flow()) + gaps + mainStart + mainEnd);
  const hugCross = Math.max(
    0.01,
    crossStart + crossEnd + Math.max(0, ...flow().map((child) => outerBox(child)[cross])),
  );
  const size = {
    [main]: frame.primaryAxisSizingMode === "AUTO" ? hugMain : frame[main],
    [cross]: frame.counterAxisSizingMode === "AUTO" ? hugCross : frame[cross],
  } as { width: number; height: number };
  if (size.width !== frame.width || size.height !== frame.height) scene.patch(frame.id, size);

  const innerCross = size[cross] - crossStart - crossEnd;
  const growing = flow().filter((child) => child.layoutGrow > 0);
  const spare = size[main] - mainStart - mainEnd - gaps - lengthOf(flow());
  for (const child of flow()) {
    const stretched = child.layoutAlign === "STRETCH" ? Math.max(0.01, innerCross) : child[cross];
    const share = growing.includes(child) ? spare / growing.length : 0;
    const grown = Math.max(0.01, child[main] + share);
    if (stretched !== child[cross] || grown !== child[main]) {
      setSize(scene, child.id, { [main]: grown, [cross]: stretched } as { width: number; height: number });
      const inner = scene.get(child.id);
      if (isFrameLike(inner.type) && inner.layoutMode !== "NONE") layOutChildren(scene, inner);
    }
  }

  const children = flow();
  const free = size[main] - mainStart - mainEnd - lengthOf(children);
  const between = frame.primaryAxisAlignItems === "SPACE_BETWEEN" && children.length > 1;
  const gap = between ? free / (children.length - 1) : frame.itemSpacing;
  const slack = free - gap * Math.max(0, children.length - 1);
  let at = mainStart + slack * ALIGN[frame.primaryAxisAlignItems];
  for (const child of children) {
    const box = outerBox(child);
    const across = crossStart + (innerCross - box[cross]) * ALIGN[frame.counterAxisAlignItems];
    const corner = row ? { x: at, y: across } : { x: across, y: at };
    const origin = { x: corner.x - box.x, y: corner.y - box.y };
    const now = originOf(child.transform);
    if (now.x !== origin.x || now.y !== origin.y) setTransform(scene, child.id, moveTo(child.transform, origin));
    at += box[main] + gap;
  }
}
