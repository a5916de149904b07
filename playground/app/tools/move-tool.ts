/** Select, move, and drag a marquee. */
import { boxAround } from "../../host/transform.ts";
import type { Editor } from "../editor.ts";
import { pick, within } from "../hit-test.ts";
import { grabHandle, resizing } from "./resize.ts";
import type { Gesture, Press, Tool } from "./tool.ts";

/** A press becomes a drag after this many pixels. */
const DRAG_DISTANCE = 3;

export const moveTool: Tool = (editor, press) => {
  const handle = grabHandle(editor, press.screen);
  if (handle !== undefined) return resizing(editor, handle);
  const { scene, selection } = editor;
  const slack = 4 / editor.camera.zoom;
  const hit = pick(scene, editor.page, press.page, { slack, deep: press.deep, selection });
  if (hit === undefined) return marquee(editor, press);
  const known = selection.includes(hit.id);
  if (press.shift) {
    editor.select(known ? selection.filter((id) => id !== hit.id) : [...selection, hit.id]);
    return { move() {}, end() {} };
  }
  if (!known) editor.select([hit.id]);
  return moving(editor, press);
};

function moving(editor: Editor, start: Press): Gesture {
  let last = start.page;
  let dragging = false;
  const ids = editor.selection;
  return {
    move({ page, screen }) {
      dragging ||= Math.hypot(screen.x - start.screen.x, screen.y - start.screen.y) >= DRAG_DISTANCE;
      if (!dragging) return;
      const step = { x: Math.round(page.x - last.x), y: Math.round(page.y - last.y) };
      editor.moveBy(ids, step);
      last = { x: last.x + step.x, y: last.y + step.y };
    },
    end() {
      editor.history.commit();
    },
  };
}

function marquee(editor: Editor, start: Press): Gesture {
  const before = start.shift ? editor.selection : [];
  editor.select(before);
  let now = start;
  return {
    move(press) {
      now = press;
      const found = within(editor.scene, editor.page, boxAround([start.page, press.page]));
      editor.select([...before, ...found]);
    },
    end() {
      editor.changed();
    },
    overlay(context) {
      const { x, y, width, height } = boxAround([start.screen, now.screen]);
      context.fillStyle = "rgba(13, 153, 255, 0.08)";
      context.strokeStyle = "#0d99ff";
      context.lineWidth = 1;
      context.fillRect(x, y, width, height);
      context.strokeRect(x + 0.5, y + 0.5, width, height);
    },
  };
}
