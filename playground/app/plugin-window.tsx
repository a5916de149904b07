/** The plugin's floating window: title bar, and two iframes as in Figma. */
import { useEffect, useRef, useState } from "preact/hooks";
import { pluginDocument } from "./plugin-document.ts";
import type { PluginDrop, PluginHost, PluginWindowState } from "./plugin-host.ts";

interface Properties {
  readonly host: PluginHost;
  readonly state: PluginWindowState;
  /** How the inner iframe gets its document. */
  readonly form: "srcdoc" | "data";
}

export function PluginWindow({ host, state, form }: Properties) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [offset, setOffset] = useState({ x: 0, y: 0 });
  const { theme } = host.editor;

  useEffect(() => {
    const outer = frame.current!;
    const waiting: unknown[] = [];
    let loaded = false;
    const send = (message: unknown) => outer.contentWindow?.postMessage(message, location.origin);
    // Figma keeps messages until the window has loaded.
    host.post = (message) => {
      if (loaded) send({ type: "message", message });
      else waiting.push(message);
    };
    const listen = (event: MessageEvent) => {
      if (event.source !== outer.contentWindow) return;
      const { type, data } = event.data as {
        type: string;
        data?: { pluginMessage?: unknown; pluginDrop?: PluginDrop };
      };
      if (type === "ready") {
        const html = pluginDocument(state.html, {
          networkAccess: host.files.manifest.networkAccess,
          theme: state.options.themeColors === true ? host.editor.theme : undefined,
        });
        send({ type: "open", html, form });
      } else if (type === "loaded") {
        loaded = true;
        for (const message of waiting.splice(0)) send({ type: "message", message });
      } else if (type === "ui" && data?.pluginDrop !== undefined) {
        // As in Figma, the point is one of the whole window.
        const canvas = document.querySelector(".canvas")!.getBoundingClientRect();
        const { clientX, clientY } = data.pluginDrop;
        host.drop(data.pluginDrop, { x: clientX - canvas.x, y: clientY - canvas.y });
      } else if (type === "ui" && data !== undefined) {
        host.receive(data);
      }
    };
    addEventListener("message", listen);
    outer.src = "frame.html";
    return () => removeEventListener("message", listen);
  }, [host, form, state.number]);

  useEffect(() => {
    frame.current?.contentWindow?.postMessage({ type: "theme", theme }, location.origin);
  }, [theme]);

  const drag = (event: PointerEvent) => {
    const start = { x: event.clientX - offset.x, y: event.clientY - offset.y };
    const bar = event.currentTarget as HTMLElement;
    bar.setPointerCapture(event.pointerId);
    bar.onpointermove = ({ clientX, clientY }) => setOffset({ x: clientX - start.x, y: clientY - start.y });
    bar.onpointerup = () => {
      bar.onpointermove = null;
    };
  };
  const transform = `translate(${offset.x}px, ${offset.y}px)`;
  return (
    <section
      class="plugin-window"
      style={{ transform, display: state.visible ? "" : "none" }}
      data-testid="plugin-window"
    >
      <header onPointerDown={drag}>
        <span class="plugin-icon" aria-hidden="true" />
        <strong>{state.options.title ?? host.files.manifest.name}</strong>
        <button
          type="button"
          aria-label="Close plugin"
          onPointerDown={(e) => e.stopPropagation()}
          onClick={() => host.close()}
        >
          ×
        </button>
      </header>
      <iframe ref={frame} title="Plugin" width={state.width} height={state.height} />
    </section>
  );
}
