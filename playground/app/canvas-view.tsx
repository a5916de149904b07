/** The canvas: the page, and over it what is selected and hovered. */
import { useEffect, useRef } from "preact/hooks";
import type { Editor, ToolName } from "./editor.ts";
import { pick } from "./hit-test.ts";
import { drawOverlay } from "./overlay.ts";
import { drawNode } from "./render/draw-node.ts";
import { css } from "./render/paints.ts";
import { ellipseTool, frameTool, handTool, pencilTool, rectangleTool, textTool } from "./tools/draw-tools.ts";
import { moveTool } from "./tools/move-tool.ts";
import type { Gesture, Press, Tool } from "./tools/tool.ts";

const TOOLS: Readonly<Record<ToolName, Tool>> = {
  move: moveTool,
  hand: handTool,
  frame: frameTool,
  rectangle: rectangleTool,
  ellipse: ellipseTool,
  pencil: pencilTool,
  text: textTool,
};

export function CanvasView({ editor }: { readonly editor: Editor }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => attach(ref.current!, editor), [editor]);
  return <canvas class="canvas" ref={ref} data-testid="canvas" />;
}

function paint(canvas: HTMLCanvasElement, editor: Editor, gesture: Gesture | undefined): void {
  const context = canvas.getContext("2d")!;
  const { camera, scene } = editor;
  const ratio = devicePixelRatio;
  context.resetTransform();
  const [ground] = scene.get(editor.page).backgrounds;
  context.fillStyle = editor.theme === "dark" ? "#1e1e1e" : ground?.type === "SOLID" ? css(ground.color) : "#f5f5f5";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(ratio * camera.zoom, ratio * camera.zoom);
  context.translate(-camera.origin.x, -camera.origin.y);
  for (const id of scene.get(editor.page).children) drawNode(editor.drawing, context, id);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawOverlay(context, editor);
  gesture?.overlay?.(context);
}

/** Connects canvas and editor; the function takes them apart. */
function attach(canvas: HTMLCanvasElement, editor: Editor): () => void {
  let gesture: Gesture | undefined;
  let spaceHeld = false;
  const redraw = () => paint(canvas, editor, gesture);
  const resize = new ResizeObserver(() => {
    const { clientWidth, clientHeight } = canvas;
    canvas.width = clientWidth * devicePixelRatio;
    canvas.height = clientHeight * devicePixelRatio;
    editor.camera.size = { width: clientWidth, height: clientHeight };
    redraw();
  });
  resize.observe(canvas);

  const pressOf = (event: PointerEvent): Press => {
    const screen = { x: event.offsetX, y: event.offsetY };
    return {
      screen,
      page: editor.camera.toPage(screen),
      shift: event.shiftKey,
      deep: event.ctrlKey || event.metaKey,
    };
  };
  const cursor = () => {
    const hand = spaceHeld || editor.tool === "hand";
    canvas.style.cursor = hand ? "grab" : editor.tool === "move" ? "default" : "crosshair";
  };
  const handlers: Partial<{ [K in keyof HTMLElementEventMap]: (event: HTMLElementEventMap[K]) => void }> = {
    pointerdown(event) {
      (document.activeElement as HTMLElement | null)?.blur();
      canvas.setPointerCapture(event.pointerId);
      const tool = spaceHeld || event.button === 1 ? handTool : TOOLS[editor.tool];
      gesture = tool(editor, pressOf(event));
      editor.changed();
    },
    pointermove(event) {
      const press = pressOf(event);
      if (gesture !== undefined) {
        gesture.move(press);
        editor.changed();
        return;
      }
      cursor();
      const { scene, page, selection } = editor;
      const slack = 4 / editor.camera.zoom;
      const hit =
        editor.tool === "move" ? pick(scene, page, press.page, { slack, deep: press.deep, selection }) : undefined;
      if (hit?.id === editor.hovered) return;
      editor.hovered = hit?.id;
      editor.changed();
    },
    pointerup(event) {
      gesture?.end(pressOf(event));
      gesture = undefined;
      editor.changed();
    },
    dblclick(event) {
      const page = editor.camera.toPage({ x: event.offsetX, y: event.offsetY });
      const hit = pick(editor.scene, editor.page, page, { slack: 4, deep: true, selection: [] });
      if (hit !== undefined && editor.tool === "move") editor.select([hit.id]);
    },
    wheel(event) {
      event.preventDefault();
      const at = { x: event.offsetX, y: event.offsetY };
      if (event.ctrlKey || event.metaKey) editor.camera.zoomBy(Math.exp(-event.deltaY / 200), at);
      else if (event.shiftKey) editor.camera.pan(-event.deltaY, 0);
      else editor.camera.pan(-event.deltaX, -event.deltaY);
      editor.changed();
    },
    dragover: (event) => event.preventDefault(),
    drop(event) {
      event.preventDefault();
      const at = editor.camera.toPage({ x: event.offsetX, y: event.offsetY });
      for (const file of event.dataTransfer?.files ?? []) void importFile(editor, file, at);
    },
  };
  for (const [type, handler] of Object.entries(handlers))
    canvas.addEventListener(type, handler as EventListener, { passive: false });
  const space = (event: KeyboardEvent) => {
    if (event.code !== "Space" || event.target !== document.body) return;
    event.preventDefault();
    spaceHeld = event.type === "keydown";
    cursor();
  };
  addEventListener("keydown", space);
  addEventListener("keyup", space);
  const unsubscribe = editor.subscribe(redraw);
  return () => {
    unsubscribe();
    resize.disconnect();
    removeEventListener("keydown", space);
    removeEventListener("keyup", space);
  };
}

/** What Figma takes as it is goes in as it is; everything else that the browser can read becomes a PNG. */
async function importFile(editor: Editor, file: File, at: { x: number; y: number }): Promise<void> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    editor.placePicture(bytes, file.name.replace(/\.\w+$/, ""), at);
  } catch (error) {
    dispatchEvent(new CustomEvent("playground-notice", { detail: `${file.name}: ${(error as Error).message}` }));
  }
}
