/** What is selected, in numbers, and the plugin's menu and relaunch buttons. */

import { rearrange } from "../host/arrange.ts";
import { boundingBox } from "../host/bounds.ts";
import { setTransform } from "../host/fit.ts";
import type { Paint } from "../host/paint.ts";
import type { NodeRecord } from "../host/record.ts";
import { originOf, rotationOf, withRotation } from "../host/transform.ts";
import type { Editor } from "./editor.ts";
import type { PluginHost } from "./plugin-host.ts";
import type { QuickActions } from "./quick-actions.ts";
import { css } from "./render/paints.ts";
import { measureText } from "./render/text.ts";

interface Properties {
  readonly editor: Editor;
  readonly host: PluginHost;
  readonly quick: QuickActions;
}

export function PropertiesPanel({ editor, host, quick }: Properties) {
  const [node] = editor.selected;
  return (
    <aside class="panel properties" aria-label="Properties">
      <PluginMenu host={host} quick={quick} />
      {node === undefined ? <Nothing /> : <Selected editor={editor} node={node} />}
      {node !== undefined && editor.selection.length === 1 && <Relaunch host={host} node={node} />}
    </aside>
  );
}

function PluginMenu({ host, quick }: Omit<Properties, "editor">) {
  const { manifest } = host.files;
  return (
    <section class="plugin-menu">
      <h2>Plugin</h2>
      {(manifest.menu ?? [{ name: manifest.name, command: "" }]).map(
        ({ separator, ...item }) =>
          separator !== true && (
            <button
              key={item.command}
              type="button"
              class={item.command === "open" ? "primary" : ""}
              onClick={() => quick.start(item)}
            >
              {item.name}
            </button>
          ),
      )}
      <button type="button" title="Quick actions — Ctrl /" onClick={() => quick.open()}>
        Quick actions
      </button>
    </section>
  );
}

function Nothing() {
  return (
    <section class="hint">
      <p>Click a layer. Shift-click adds another. Hold Ctrl to reach into groups.</p>
      <p>Drop a picture anywhere. Space or wheel pans, Ctrl-wheel zooms.</p>
      <p>To repair a picture, draw over it with the ellipse or the pencil, then choose Fill.</p>
    </section>
  );
}

const round = (value: number) => Math.round(value * 100) / 100;

function Selected({ editor, node }: { readonly editor: Editor; readonly node: NodeRecord }) {
  const { scene, selection } = editor;
  const { x, y } = originOf(node.transform);
  const box = boundingBox(scene, node.id);
  const turn = (event: Event) => {
    const degrees = Number((event.currentTarget as HTMLInputElement).value);
    if (!Number.isFinite(degrees)) return;
    editor.act(() => {
      setTransform(scene, node.id, withRotation(node.transform, degrees));
      rearrange(scene, node.id);
    });
  };
  return (
    <>
      <section>
        <h2>{selection.length > 1 ? `${selection.length} layers` : node.name}</h2>
        <div class="grid">
          <Value label="X" value={round(x)} />
          <Value label="Y" value={round(y)} />
          <Value label="W" value={round(selection.length > 1 ? box.width : node.width)} />
          <Value label="H" value={round(selection.length > 1 ? box.height : node.height)} />
          <label class="value">
            <span>∠</span>
            <input aria-label="Rotation" value={`${round(rotationOf(node.transform))}`} onChange={turn} />
          </label>
          <label class="value">
            <span>%</span>
            <input
              aria-label="Opacity"
              value={round(node.opacity * 100)}
              onChange={(event) => {
                const opacity = Math.min(100, Math.max(0, Number(event.currentTarget.value))) / 100;
                if (Number.isFinite(opacity)) editor.act(() => scene.patch(node.id, { opacity }));
              }}
            />
          </label>
        </div>
      </section>
      {node.type === "TEXT" && <TextValue editor={editor} node={node} />}
      {node.fills.length > 0 && (
        <section>
          <h2>Fill</h2>
          {node.fills.map((fill, i) => (
            <div class="paint" key={i}>
              <span class="swatch" style={{ background: swatch(fill) }} />
              {nameOf(fill)}
            </div>
          ))}
        </section>
      )}
    </>
  );
}

function TextValue({ editor, node }: { readonly editor: Editor; readonly node: NodeRecord }) {
  const write = (event: Event) => {
    const characters = (event.currentTarget as HTMLTextAreaElement).value;
    editor.scene.patch(node.id, { characters });
    editor.scene.patch(node.id, measureText(editor.scene.get(node.id)));
    rearrange(editor.scene, node.id);
  };
  return (
    <section>
      <h2>Text</h2>
      <textarea
        rows={2}
        aria-label="Text"
        value={node.characters}
        onInput={write}
        onChange={() => editor.history.commit()}
      />
    </section>
  );
}

const Value = ({ label, value }: { readonly label: string; readonly value: number }) => (
  <div class="value">
    <span>{label}</span>
    <output>{value}</output>
  </div>
);

function swatch(paint: Paint): string {
  if (paint.type === "SOLID") return css(paint.color, paint.opacity ?? 1);
  if (paint.type === "IMAGE") return "conic-gradient(#ccc 25%, #fff 0 50%, #ccc 0 75%, #fff 0) 0 0 / 8px 8px";
  return `linear-gradient(${paint.gradientStops.map(({ color }) => css(color, color.a)).join(", ")})`;
}

const hex = (value: number) =>
  Math.round(value * 255)
    .toString(16)
    .padStart(2, "0");

function nameOf(paint: Paint): string {
  if (paint.type === "SOLID") return `#${hex(paint.color.r)}${hex(paint.color.g)}${hex(paint.color.b)}`.toUpperCase();
  return paint.type === "IMAGE" ? `Image · ${paint.scaleMode.toLowerCase()}` : "Gradient";
}

function Relaunch({ host, node }: { readonly host: PluginHost; readonly node: NodeRecord }) {
  const buttons = (host.files.manifest.relaunchButtons ?? []).filter(
    ({ command }) => node.relaunchData[command] !== undefined,
  );
  if (buttons.length === 0) return null;
  return (
    <section class="relaunch">
      <h2>{host.files.manifest.name}</h2>
      {buttons.map(({ command, name }) => (
        <button key={command} type="button" onClick={() => host.start(command)}>
          <strong>{name}</strong>
          <small>{node.relaunchData[command]}</small>
        </button>
      ))}
    </section>
  );
}
