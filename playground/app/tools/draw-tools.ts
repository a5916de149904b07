/** Tools that make layers: rectangle, ellipse, frame, pencil and text. */
import { rearrange } from "../../host/arrange.ts";
import { isFrameLike } from "../../host/kinds.ts";
import { solid } from "../../host/paint.ts";
import { shiftedPath } from "../../host/path.ts";
import type { NodeType } from "../../host/record.ts";
import { apply, boxAround, invert, type Point, translation } from "../../host/transform.ts";
import type { Editor } from "../editor.ts";
import { deepestAt } from "../hit-test.ts";
import { measureText } from "../render/text.ts";
import type { Tool } from "./tool.ts";

const CLICK_SIZE = 100;

/** The frame under the point takes the new layer, unless it lays out its children. */
function parentAt(editor: Editor, point: Point): string {
  const hit = deepestAt(editor.scene, editor.page, point, 0);
  if (hit === undefined) return editor.page;
  const line = [hit, ...editor.scene.ancestors(hit.id)];
  const top = line.find((node) => node.parent === editor.page);
  const fits = top !== undefined && isFrameLike(top.type) && top.type !== "INSTANCE" && top.layoutMode === "NONE";
  return fits ? top.id : editor.page;
}

const toParent = (editor: Editor, parent: string, point: Point): Point =>
  apply(invert(editor.scene.absoluteTransform(parent)), point);

/** Drag a box; a click makes one of the usual size. */
const boxTool =
  (type: NodeType, name: string): Tool =>
  (editor, start) => {
    editor.history.commit();
    const parent = parentAt(editor, start.page);
    const from = toParent(editor, parent, start.page);
    const node = editor.scene.create(type, parent, {
      name,
      width: 1,
      height: 1,
      transform: translation(Math.round(from.x), Math.round(from.y)),
    });
    editor.select([node.id]);
    return {
      move({ page, shift }) {
        const to = toParent(editor, parent, page);
        const side = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
        const end = shift
          ? { x: from.x + Math.sign(to.x - from.x) * side, y: from.y + Math.sign(to.y - from.y) * side }
          : to;
        const box = boxAround([from, end]);
        editor.scene.patch(node.id, {
          transform: translation(Math.round(box.x), Math.round(box.y)),
          width: Math.max(1, Math.round(box.width)),
          height: Math.max(1, Math.round(box.height)),
        });
      },
      end() {
        const { width, height } = editor.scene.get(node.id);
        if (width <= 2 && height <= 2) editor.scene.patch(node.id, { width: CLICK_SIZE, height: CLICK_SIZE });
        rearrange(editor.scene, node.id);
        editor.history.commit();
        editor.use("move");
      },
    };
  };

export const rectangleTool = boxTool("RECTANGLE", "Rectangle");
export const ellipseTool = boxTool("ELLIPSE", "Ellipse");
export const frameTool = boxTool("FRAME", "Frame");

/** A freehand stroke, smoothed by quadratic curves through the middles of its points. */
export const pencilTool: Tool = (editor, start) => {
  editor.history.commit();
  const parent = parentAt(editor, start.page);
  const points: Point[] = [toParent(editor, parent, start.page)];
  const node = editor.scene.create("VECTOR", parent, {
    name: "Stroke",
    strokes: [solid("#0d99ff")],
    strokeWeight: Math.max(2, Math.round(16 / editor.camera.zoom)),
    strokeCap: "ROUND",
    strokeJoin: "ROUND",
    width: 0,
    height: 0,
  });
  const redraw = () => {
    const box = boxAround(points);
    editor.scene.patch(node.id, {
      vectorPaths: [{ windingRule: "NONE", data: shiftedPath(smooth(points), -box.x, -box.y) }],
      transform: translation(box.x, box.y),
      width: box.width,
      height: box.height,
    });
  };
  redraw();
  return {
    move({ page }) {
      const point = toParent(editor, parent, page);
      const last = points.at(-1)!;
      if (Math.hypot(point.x - last.x, point.y - last.y) < 2 / editor.camera.zoom) return;
      points.push(point);
      redraw();
    },
    end() {
      rearrange(editor.scene, node.id);
      editor.select([node.id]);
      editor.history.commit();
      editor.use("move");
    },
  };
};

const round = (value: number) => Math.round(value * 100) / 100;

function smooth(points: readonly Point[]): string {
  const [first, ...rest] = points as [Point, ...Point[]];
  if (rest.length === 0) return `M ${round(first.x)} ${round(first.y)} L ${round(first.x)} ${round(first.y)}`;
  const curves = rest.map((point, i) => {
    const next = rest[i + 1];
    if (next === undefined) return `L ${round(point.x)} ${round(point.y)}`;
    const [mx, my] = [(point.x + next.x) / 2, (point.y + next.y) / 2];
    return `Q ${round(point.x)} ${round(point.y)} ${round(mx)} ${round(my)}`;
  });
  return `M ${round(first.x)} ${round(first.y)} ${curves.join(" ")}`;
}

/** A click makes a text, ready to be typed in the panel on the right. */
export const textTool: Tool = (editor, start) => ({
  move() {},
  end() {
    const parent = parentAt(editor, start.page);
    const at = toParent(editor, parent, start.page);
    editor.act(() => {
      const node = editor.scene.create("TEXT", parent, {
        name: "Text",
        characters: "Text",
        fontSize: 64,
        fontName: { family: "Inter", style: "Bold" },
        transform: translation(Math.round(at.x), Math.round(at.y - 32)),
      });
      editor.scene.patch(node.id, measureText(editor.scene.get(node.id)));
      rearrange(editor.scene, node.id);
      editor.select([node.id]);
    });
    editor.use("move");
  },
});

export const handTool: Tool = (editor, start) => {
  let last = start.screen;
  return {
    move({ screen }) {
      editor.camera.pan(screen.x - last.x, screen.y - last.y);
      last = screen;
      editor.changed();
    },
    end() {},
  };
};
