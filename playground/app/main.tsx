/** The playground's page: loads the built plugin, opens the sample file, shows the editor. */
import "./app.css";
import { render } from "preact";
import { useLayoutEffect, useReducer } from "preact/hooks";
import { parseManifest } from "../host/manifest.ts";
import { loadQuickJs } from "../vm/quickjs.ts";
import { CanvasView } from "./canvas-view.tsx";
import { Editor } from "./editor.ts";
import { LayersPanel } from "./layers-panel.tsx";
import { Notices } from "./notices.tsx";
import { PluginHost } from "./plugin-host.ts";
import { PluginWindow } from "./plugin-window.tsx";
import { PropertiesPanel } from "./properties-panel.tsx";
import { QuickActions } from "./quick-actions.ts";
import { QuickActionsBox } from "./quick-actions-box.tsx";
import { exportNode } from "./render/export-node.ts";
import { openSample } from "./sample/open-sample.ts";
import { listenToKeys } from "./shortcuts.ts";
import { Toolbar } from "./toolbar.tsx";

const query = new URLSearchParams(location.search);

async function textOf(path: string): Promise<string> {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) throw new Error(`${path} is missing: build the plugin first (npm run build)`);
  return response.text();
}

/** What panels, toolbar and the plugin's window cover of the canvas. */
const inset = (pluginWidth: number | undefined) => ({
  left: 252,
  right: 252 + (pluginWidth === undefined ? 0 : pluginWidth + 24),
  top: 32,
  bottom: 76,
});

interface Open {
  readonly editor: Editor;
  readonly host: PluginHost;
  readonly quick: QuickActions;
}

function App({ editor, host, quick }: Open) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useLayoutEffect(() => editor.subscribe(() => redraw(undefined)), [editor]);
  editor.camera.inset = inset(host.window?.visible ? host.window.width : undefined);
  return (
    <>
      <CanvasView editor={editor} />
      <LayersPanel editor={editor} />
      <PropertiesPanel editor={editor} host={host} quick={quick} />
      <Toolbar editor={editor} />
      <Notices host={host} />
      {host.window !== undefined && (
        <PluginWindow
          key={host.window.number}
          host={host}
          state={host.window}
          form={query.get("ui") === "data" ? "data" : "srcdoc"}
        />
      )}
      {quick.isOpen && <QuickActionsBox quick={quick} />}
    </>
  );
}

async function main(): Promise<void> {
  const manifest = parseManifest(await textOf("manifest.json"));
  const [code, html, quickjs] = await Promise.all([
    textOf(manifest.main),
    manifest.ui === undefined ? "" : textOf(manifest.ui),
    loadQuickJs(new URL("quickjs.wasm", location.href).href),
  ]);
  const editor = new Editor();
  const first = await openSample(editor);
  editor.history.reset();
  const host = new PluginHost(editor, { manifest, code, html }, quickjs);
  editor.setTheme(
    query.get("theme") === "dark" || (query.get("theme") === null && matchMedia("(prefers-color-scheme: dark)").matches)
      ? "dark"
      : "light",
  );
  const quick = new QuickActions(host);
  listenToKeys(editor, quick);
  addEventListener("playground-notice", (event) => host.say((event as CustomEvent<string>).detail, true));
  render(<App editor={editor} host={host} quick={quick} />, document.getElementById("app")!);
  // The browser test drives the page through this; it is at anyone's hand in the console.
  Object.assign(globalThis, { playground: { editor, host, exportNode } });
  if (query.get("plugin") !== "closed") host.start("open");
  editor.camera.size = { width: innerWidth, height: innerHeight };
  editor.camera.inset = inset(query.get("plugin") === "closed" ? undefined : 320);
  editor.zoomTo(first);
}

main().catch((error: Error) => {
  document.getElementById("app")!.textContent = error.message;
});
