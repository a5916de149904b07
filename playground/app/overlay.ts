/** What is drawn over the page: names of frames, outlines of what is selected and hovered, handles, sizes. */
import { boundingBox } from "../host/bounds.ts";
import { isFrameLike } from "../host/kinds.ts";
import { unionOf } from "../host/transform.ts";
import type { Editor } from "./editor.ts";
import { outlineOf } from "./render/shape.ts";
import { handlesOf } from "./tools/resize.ts";

const BLUE = "#0d99ff";
const PURPLE = "#9747ff";
const FONT = '11px "Inter", system-ui, "Segoe UI", "Liberation Sans", "DejaVu Sans", sans-serif';

type Context = CanvasRenderingContext2D;

const colorOf = (editor: Editor, id: string) => {
  const { type } = editor.scene.get(id);
  return type === "COMPONENT" || type === "INSTANCE" ? PURPLE : BLUE;
};

function strokeNode(context: Context, editor: Editor, id: string, width: number): void {
  const node = editor.scene.get(id);
  const [[a, c, e], [b, d, f]] = editor.scene.absoluteTransform(id);
  const { zoom, origin } = editor.camera;
  const path = new Path2D();
  const placed = new DOMMatrix()
    .scale(zoom)
    .translate(-origin.x, -origin.y)
    .multiply(new DOMMatrix([a, b, c, d, e, f]));
  const boxed = node.type === "TEXT" || node.type === "GROUP" || node.type === "BOOLEAN_OPERATION";
  path.addPath(boxed ? outlineOf({ ...node, type: "RECTANGLE", radii: [0, 0, 0, 0] }) : outlineOf(node), placed);
  context.strokeStyle = colorOf(editor, id);
  context.lineWidth = width;
  context.stroke(path);
}

function drawFrameNames(context: Context, editor: Editor): void {
  context.font = FONT;
  context.textBaseline = "alphabetic";
  for (const id of editor.scene.get(editor.page).children) {
    const node = editor.scene.get(id);
    if ((!isFrameLike(node.type) && node.type !== "SECTION") || !node.visible) continue;
    const at = editor.camera.toScreen(boundingBox(editor.scene, id));
    const room = node.width * editor.camera.zoom;
    const lit = editor.selection.includes(id) || editor.hovered === id;
    context.fillStyle = lit ? colorOf(editor, id) : editor.theme === "dark" ? "#ffffffb3" : "#00000080";
    let name = node.name;
    while (name.length > 3 && context.measureText(`${name}…`).width > room) name = name.slice(0, -1);
    context.fillText(name === node.name ? name : `${name}…`, Math.round(at.x), Math.round(at.y) - 6);
  }
}

function drawHandles(context: Context, editor: Editor): void {
  const [node] = editor.selected;
  if (node === undefined || editor.selection.length !== 1) return;
  for (const { x, y } of handlesOf(editor, node)) {
    context.fillStyle = "#fff";
    context.strokeStyle = colorOf(editor, node.id);
    context.lineWidth = 1;
    context.beginPath();
    context.rect(Math.round(x) - 3.5, Math.round(y) - 3.5, 7, 7);
    context.fill();
    context.stroke();
  }
}

/** Width × height, in a pill under the selection. */
function drawSize(context: Context, editor: Editor): void {
  const { selection, scene, camera } = editor;
  if (selection.length === 0) return;
  const box = unionOf(selection.map((id) => boundingBox(scene, id)));
  const single = selection.length === 1 ? scene.get(selection[0]!) : box;
  const round = (value: number) => String(Math.round(value * 100) / 100);
  const label = `${round(single.width)} × ${round(single.height)}`;
  context.font = FONT;
  const width = context.measureText(label).width + 10;
  const bottom = camera.toScreen({ x: box.x + box.width / 2, y: box.y + box.height });
  context.fillStyle = colorOf(editor, selection[0]!);
  context.beginPath();
  context.roundRect(bottom.x - width / 2, bottom.y + 8, width, 18, 3);
  context.fill();
  context.fillStyle = "#fff";
  context.textBaseline = "middle";
  context.fillText(label, bottom.x - width / 2 + 5, bottom.y + 17.5);
}

export function drawOverlay(context: Context, editor: Editor): void {
  drawFrameNames(context, editor);
  const { hovered, selection, scene } = editor;
  if (hovered !== undefined && scene.find(hovered) !== undefined && !selection.includes(hovered))
    strokeNode(context, editor, hovered, 2);
  for (const id of selection) strokeNode(context, editor, id, 1.5);
  drawHandles(context, editor);
  drawSize(context, editor);
}
