/** Tools, undo and theme, at the bottom of the canvas. */
import type { Editor, ToolName } from "./editor.ts";
import { Icon, type IconName } from "./icons.tsx";

const TOOLS: readonly (readonly [ToolName & IconName, string, string])[] = [
  ["move", "Move", "V"],
  ["hand", "Hand", "H"],
  ["frame", "Frame", "F"],
  ["rectangle", "Rectangle", "R"],
  ["ellipse", "Ellipse", "O"],
  ["pencil", "Pencil", "P"],
  ["text", "Text", "T"],
];

export const toolOfKey = (key: string): ToolName | undefined =>
  TOOLS.find(([, , shortcut]) => shortcut === key.toUpperCase())?.[0];

export function Toolbar({ editor }: { readonly editor: Editor }) {
  const { tool, theme } = editor;
  return (
    <div class="toolbar" role="toolbar" aria-label="Tools">
      {TOOLS.map(([name, label, key]) => (
        <button
          key={name}
          type="button"
          class={tool === name ? "on" : ""}
          title={`${label} — ${key}`}
          aria-label={label}
          aria-pressed={tool === name}
          onClick={() => editor.use(name)}
        >
          <Icon name={name} />
        </button>
      ))}
      <i />
      <button type="button" title="Undo — Ctrl Z" aria-label="Undo" onClick={() => editor.undo()}>
        <Icon name="undo" />
      </button>
      <button type="button" title="Redo — Ctrl Shift Z" aria-label="Redo" onClick={() => editor.redo()}>
        <Icon name="redo" />
      </button>
      <i />
      <button type="button" class="zoom" title="Zoom to fit — Shift 1" onClick={() => editor.zoomTo()}>
        {Math.round(editor.camera.zoom * 100)}%
      </button>
      <button
        type="button"
        title="Theme"
        aria-label="Theme"
        onClick={() => editor.setTheme(theme === "light" ? "dark" : "light")}
      >
        <Icon name={theme === "light" ? "moon" : "sun"} />
      </button>
    </div>
  );
}
