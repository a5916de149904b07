/** The editor's keys, where no text is being typed. */
import type { Editor } from "./editor.ts";
import type { QuickActions } from "./quick-actions.ts";
import { toolOfKey } from "./toolbar.tsx";

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const typing = (event: KeyboardEvent) =>
  event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;

export function listenToKeys(editor: Editor, quick: QuickActions): void {
  addEventListener("keydown", (event) => {
    if (typing(event)) return;
    const { key, shiftKey } = event;
    const arrow = ARROWS[key];
    if (event.ctrlKey || event.metaKey) {
      const command = {
        z: () => (shiftKey ? editor.redo() : editor.undo()),
        y: () => editor.redo(),
        "/": () => quick.open(),
        g: () => (shiftKey ? editor.ungroup() : editor.group()),
        a: () => editor.select(editor.scene.get(editor.page).children),
      }[key.toLowerCase()];
      if (command === undefined) return;
      event.preventDefault();
      command();
    } else if (key === "Delete" || key === "Backspace") {
      editor.remove();
    } else if (key === "Escape") {
      editor.select([]);
      editor.use("move");
    } else if (arrow !== undefined) {
      event.preventDefault();
      const by = shiftKey ? 10 : 1;
      editor.act(() => editor.moveBy(editor.selection, { x: arrow[0] * by, y: arrow[1] * by }));
    } else if (event.code === "Digit1" && shiftKey) {
      editor.zoomTo();
    } else if (event.code === "Digit2" && shiftKey && editor.selection.length > 0) {
      editor.zoomTo(editor.selection);
    } else {
      const tool = toolOfKey(key);
      if (tool !== undefined) editor.use(tool);
    }
  });
}
