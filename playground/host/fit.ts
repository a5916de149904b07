/** Groups and boolean operations fit their children; moving one moves them. */
import { isFitted } from "./kinds.ts";
import type { NodeRecord } from "./record.ts";
import type { Scene } from "./scene.ts";
import { apply, boxAround, cornersOf, invert, moveTo, multiply, originOf, type Transform } from "./transform.ts";

/** The corners of the children of a fitted node, in the space of its container. */
const childCorners = (scene: Scene, node: NodeRecord) =>
  node.children.flatMap((id) => {
    const child = scene.get(id);
    return cornersOf({ x: 0, y: 0, width: child.width, height: child.height }).map((p) => apply(child.transform, p));
  });

/** Fits `id`, and every fitted ancestor, to its children; a group that lost its last child disappears. */
export function refit(scene: Scene, id: string): void {
  const node = scene.find(id);
  if (node === undefined) return;
  if (isFitted(node.type)) {
    if (node.children.length === 0) {
      scene.remove(id);
    } else {
      const axes = moveTo(node.transform, { x: 0, y: 0 });
      const back = invert(axes);
      const box = boxAround(childCorners(scene, node).map((corner) => apply(back, corner)));
      const transform = moveTo(axes, apply(axes, box));
      scene.patch(id, { transform, width: box.width, height: box.height });
    }
  }
  if (node.parent !== null) refit(scene, node.parent);
}

/** Gives a node another transform; what hangs on a group follows. */
export function setTransform(scene: Scene, id: string, transform: Transform): void {
  const node = scene.get(id);
  if (isFitted(node.type)) {
    const step = multiply(transform, invert(node.transform));
    for (const child of node.children) setTransform(scene, child, multiply(step, scene.get(child).transform));
  }
  scene.patch(id, { transform });
}

/** Gives a node another size; the children of a group scale with it. */
export function setSize(scene: Scene, id: string, size: { readonly width: number; readonly height: number }): void {
  const node = scene.get(id);
  if (isFitted(node.type)) {
    const [sx, sy] = [size.width / node.width, size.height / node.height];
    const back = invert(node.transform);
    for (const childId of node.children) {
      const child = scene.get(childId);
      const origin = apply(back, originOf(child.transform));
      const moved = apply(node.transform, { x: origin.x * sx, y: origin.y * sy });
      const [[ax, cx], [ay, cy]] = multiply(back, child.transform);
      setTransform(scene, childId, moveTo(child.transform, moved));
      setSize(scene, childId, {
        width: child.width * Math.hypot(ax * sx, ay * sy),
        height: child.height * Math.hypot(cx * sx, cy * sy),
      });
    }
  }
  scene.patch(id, { width: size.width, height: size.height });
}
