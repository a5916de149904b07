/** The four corner handles of a single selected layer. */
import { rearrange } from "../../host/arrange.ts";
import { isLaidOut } from "../../host/auto-layout.ts";
import { setSize, setTransform } from "../../host/fit.ts";
import type { NodeRecord } from "../../host/record.ts";
import { apply, invert, moveTo, type Point } from "../../host/transform.ts";
import type { Editor } from "../editor.ts";
import type { Gesture } from "./tool.ts";

const REACH = 6;

export interface Handle {
  readonly node: NodeRecord;
  /** 0 or 1 along the width and the height. */
  readonly corner: Point;
}

const CORNERS: readonly Point[] = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
];

/** Where the corners of a node are on screen. */
export const handlesOf = (editor: Editor, node: NodeRecord): readonly Point[] =>
  CORNERS.map(({ x, y }) =>
    editor.camera.toScreen(apply(editor.scene.absoluteTransform(node.id), { x: x * node.width, y: y * node.height })),
  );

export function grabHandle(editor: Editor, at: Point): Handle | undefined {
  const [node] = editor.selected;
  if (node === undefined || editor.selection.length !== 1 || editor.scene.instanceAround(node.id) !== undefined)
    return undefined;
  const index = handlesOf(editor, node).findIndex((p) => Math.hypot(p.x - at.x, p.y - at.y) <= REACH);
  return index === -1 ? undefined : { node, corner: CORNERS[index]! };
}

export function resizing(editor: Editor, { node, corner }: Handle): Gesture {
  const { scene } = editor;
  const back = invert(scene.absoluteTransform(node.id));
  return {
    move({ page, shift }) {
      const at = apply(back, page);
      let width = Math.max(1, Math.round(corner.x === 1 ? at.x : node.width - at.x));
      let height = Math.max(1, Math.round(corner.y === 1 ? at.y : node.height - at.y));
      if (shift && node.height > 0) {
        const scale = Math.max(width / node.width, height / node.height);
        [width, height] = [node.width * scale, node.height * scale];
      }
      if (node.type === "LINE") height = 0;
      const shiftBy = { x: corner.x === 1 ? 0 : node.width - width, y: corner.y === 1 ? 0 : node.height - height };
      if (!isLaidOut(scene, node.id))
        setTransform(scene, node.id, moveTo(node.transform, apply(node.transform, shiftBy)));
      setSize(scene, node.id, { width, height });
      rearrange(scene, node.id);
    },
    end() {
      editor.history.commit();
    },
  };
}
