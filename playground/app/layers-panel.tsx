/** The layers, front to back, as a tree. */
import { useState } from "preact/hooks";
import type { NodeRecord } from "../host/record.ts";
import type { Editor } from "./editor.ts";
import { Icon, type IconName } from "./icons.tsx";

const ICONS: Partial<Record<NodeRecord["type"], IconName>> = {
  FRAME: "frame",
  GROUP: "group",
  SECTION: "section",
  ELLIPSE: "ellipse",
  VECTOR: "pencil",
  POLYGON: "polygon",
  STAR: "star",
  LINE: "line",
  TEXT: "text",
  BOOLEAN_OPERATION: "component",
  COMPONENT: "component",
  INSTANCE: "component",
};

const iconOf = (node: NodeRecord): IconName =>
  node.fills.some((fill) => fill.type === "IMAGE") ? "image" : (ICONS[node.type] ?? "rectangle");

export function LayersPanel({ editor }: { readonly editor: Editor }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const { scene, selection } = editor;
  const around = new Set(selection.flatMap((id) => scene.ancestors(id).map((node) => node.id)));
  const toggle = (id: string) => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  const rows = (ids: readonly string[], depth: number): preact.JSX.Element[] =>
    [...ids].reverse().flatMap((id) => {
      const node = scene.get(id);
      const expanded = open.has(id) || around.has(id);
      const row = <LayerRow key={id} {...{ editor, node, depth, expanded }} onToggle={() => toggle(id)} />;
      return expanded ? [row, ...rows(node.children, depth + 1)] : [row];
    });
  return (
    <nav class="panel layers" aria-label="Layers">
      <header class="file">
        <span class="logo" aria-hidden="true" />
        <div>
          <strong>{scene.get("0:0").name}</strong>
          <small>Playground for Underpaint</small>
        </div>
      </header>
      <h2>Layers</h2>
      <div class="rows" role="tree">
        {rows(scene.get(editor.page).children, 0)}
      </div>
    </nav>
  );
}

interface RowProperties {
  readonly editor: Editor;
  readonly node: NodeRecord;
  readonly depth: number;
  readonly expanded: boolean;
  readonly onToggle: () => void;
}

function LayerRow({ editor, node, depth, expanded, onToggle }: RowProperties) {
  const selected = editor.selection.includes(node.id);
  const choose = ({ shiftKey, metaKey, ctrlKey }: MouseEvent) => {
    const many = shiftKey || metaKey || ctrlKey;
    const others = editor.selection.filter((id) => id !== node.id);
    editor.select(many ? (selected ? others : [...others, node.id]) : [node.id]);
  };
  const hover = (id: string | undefined) => {
    editor.hovered = id;
    editor.changed();
  };
  const flip = (change: Partial<Pick<NodeRecord, "visible" | "locked">>) => (event: MouseEvent) => {
    event.stopPropagation();
    editor.act(() => editor.scene.patch(node.id, change));
  };
  const component = node.type === "COMPONENT" || node.type === "INSTANCE";
  const style = { paddingLeft: `${8 + depth * 16}px` };
  const name = `row${selected ? " selected" : ""}${component ? " component" : ""}${node.visible ? "" : " hidden"}`;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: layers are chosen on the canvas too; keys act on the selection
    <div
      class={name}
      style={style}
      role="treeitem"
      tabIndex={-1}
      aria-selected={selected}
      onClick={choose}
      onMouseEnter={() => hover(node.id)}
      onMouseLeave={() => hover(undefined)}
    >
      <button
        type="button"
        class={`chevron${expanded ? " open" : ""}`}
        style={{ visibility: node.children.length > 0 ? "visible" : "hidden" }}
        aria-label={expanded ? "Collapse" : "Expand"}
        onClick={(event) => {
          event.stopPropagation();
          onToggle();
        }}
      >
        <Icon name="chevron" size={10} />
      </button>
      <Icon name={iconOf(node)} size={14} />
      <span class="name">{node.name}</span>
      <button
        type="button"
        class={`flag${node.locked ? " on" : ""}`}
        aria-label={node.locked ? "Unlock" : "Lock"}
        onClick={flip({ locked: !node.locked })}
      >
        <Icon name="lock" size={12} />
      </button>
      <button
        type="button"
        class={`flag${node.visible ? "" : " on"}`}
        aria-label={node.visible ? "Hide" : "Show"}
        onClick={flip({ visible: !node.visible })}
      >
        <Icon name="eye" size={12} />
      </button>
    </div>
  );
}
