/** Runs the plugin in the editor: one at a time, as in Figma. */

import prelude from "text:prelude";
import type { QuickJSWASMModule } from "quickjs-emscripten-core";
import { ClientStorage } from "../host/client-storage.ts";
import type { Manifest } from "../host/manifest.ts";
import { NodeRef } from "../host/references.ts";
import { PluginRun } from "../host/run.ts";
import type { Notice, ShowUiOptions, Stage } from "../host/stage.ts";
import { apply, invert, type Point } from "../host/transform.ts";
import { createMachine, type Machine } from "../vm/machine.ts";
import type { Editor } from "./editor.ts";
import { deepestAt } from "./hit-test.ts";
import { copiedMessage } from "./message-check.ts";
import { pageStorage } from "./page-storage.ts";
import { exportNode } from "./render/export-node.ts";
import { measureText } from "./render/text.ts";
import { traceNode } from "./render/trace-node.ts";

export interface PluginFiles {
  readonly manifest: Manifest;
  readonly code: string;
  readonly html: string;
}

/** The plugin's window as it stands on the screen. */
export interface PluginWindowState {
  /** A new window gets a new number. */
  readonly number: number;
  readonly html: string;
  readonly options: ShowUiOptions;
  readonly visible: boolean;
  readonly width: number;
  readonly height: number;
  readonly position: Point | undefined;
}

export interface ShownNotice extends Notice {
  readonly number: number;
}

export class PluginHost {
  readonly editor: Editor;
  readonly files: PluginFiles;
  readonly #quickjs: QuickJSWASMModule;
  readonly #storage: ClientStorage;
  #machine: Machine | undefined;
  #run: PluginRun | undefined;
  window: PluginWindowState | undefined;
  notices: readonly ShownNotice[] = [];
  /** Set by the window: gives a message to the inner iframe. */
  post: (message: unknown) => void = () => {};
  #serial = 0;

  constructor(editor: Editor, files: PluginFiles, quickjs: QuickJSWASMModule) {
    this.editor = editor;
    this.files = files;
    this.#quickjs = quickjs;
    this.#storage = new ClientStorage(pageStorage(files.manifest.id));
    const { onChange } = editor.scene;
    editor.scene.onChange = () => {
      onChange();
      this.#machine?.documentChanged();
    };
  }

  get running(): boolean {
    return this.#machine !== undefined;
  }

  /**
   * Starts the plugin with a menu or relaunch command; a running one is closed first. `querying`: it is to answer what is typed
   * for the command's parameters, and runs when the caller begins the run.
   */
  start(command: string, querying = false): PluginRun {
    this.close();
    this.editor.history.commit();
    const run = new PluginRun(this.#stage(), { command, html: this.files.html, mode: "default", querying });
    this.#run = run;
    this.#machine = createMachine({
      quickjs: this.#quickjs,
      prelude,
      run,
      log: (level, args) => console[level as "log"]("[plugin]", ...args),
      onError: (message) => this.#fail(message),
    });
    this.#machine.start(this.files.code);
    this.editor.changed();
    return run;
  }

  close(): void {
    this.#machine?.dispose();
    this.#machine = undefined;
    this.#run = undefined;
    this.window = undefined;
    this.post = () => {};
    this.editor.history.commit();
    this.editor.changed();
  }

  /** A message from the plugin's window. */
  receive(data: { readonly pluginMessage?: unknown; readonly pluginDrop?: PluginDrop }): void {
    try {
      if ("pluginMessage" in data)
        this.#run?.emit("figma.ui", "message", copiedMessage(data.pluginMessage), { origin: "null" });
    } catch (error) {
      this.#fail((error as Error).message);
    }
  }

  /** The plugin's window dropped something onto the canvas; `at` in canvas pixels. */
  drop({ items = [], dropMetadata }: PluginDrop, at: Point): void {
    const { editor } = this;
    const page = editor.camera.toPage(at);
    const node = deepestAt(editor.scene, editor.page, page, 0)?.id ?? editor.page;
    const { x, y } = apply(invert(editor.scene.absoluteTransform(node)), page);
    const event = {
      node: new NodeRef(node),
      x,
      y,
      absoluteX: page.x,
      absoluteY: page.y,
      items,
      files: [],
      dropMetadata,
    };
    this.#run?.emit("figma", "drop", event);
  }

  notice(notice: Notice): () => void {
    const shown = { ...notice, number: this.#serial++ };
    const gone = () => {
      this.notices = this.notices.filter(({ number }) => number !== shown.number);
      this.editor.changed();
    };
    this.notices = [...this.notices, shown];
    this.editor.changed();
    if (Number.isFinite(notice.timeout))
      setTimeout(() => {
        if (this.notices.some(({ number }) => number === shown.number)) notice.onDequeue("timeout");
        gone();
      }, notice.timeout);
    return gone;
  }

  say(message: string, error = false): void {
    this.notice({ message, error, timeout: 4000, onDequeue: () => {} });
  }

  #fail(message: string): void {
    console.error("[plugin]", message);
    this.say(`The plugin failed: ${message.split("\n")[0]}`, true);
  }

  #change(change: Partial<PluginWindowState>): void {
    if (this.window === undefined) return;
    this.window = { ...this.window, ...change };
    this.editor.changed();
  }

  #stage(): Stage {
    const { editor } = this;
    const host = this;
    return {
      manifest: this.files.manifest,
      scene: editor.scene,
      history: editor.history,
      images: editor.images,
      storage: this.#storage,
      viewport: {
        get center() {
          return editor.camera.center;
        },
        set center(point) {
          editor.camera.center = point;
          editor.changed();
        },
        get zoom() {
          return editor.camera.zoom;
        },
        set zoom(zoom) {
          const { center } = editor.camera;
          editor.camera.zoom = zoom;
          editor.camera.center = center;
          editor.changed();
        },
        get bounds() {
          return editor.camera.bounds;
        },
        show: (boxes) => {
          editor.camera.show(boxes);
          editor.changed();
        },
      },
      ui: {
        open(html, options) {
          const { width = 300, height = 200, visible = true, position } = options;
          const number = host.#serial++;
          host.window = { number, html, options, visible, width, height, position };
          editor.changed();
        },
        setVisible: (visible) => host.#change({ visible }),
        resize: (width, height) => host.#change({ width, height }),
        reposition: (x, y) => host.#change({ position: { x, y } }),
        position() {
          const windowSpace = host.window?.position ?? { x: 0, y: 0 };
          return { windowSpace, canvasSpace: editor.camera.toPage(windowSpace) };
        },
        close() {
          host.window = undefined;
          editor.changed();
        },
        post: (message) => host.post(message),
      },
      get currentPage() {
        return editor.page;
      },
      set currentPage(id) {
        editor.page = id;
        host.#machine?.documentChanged();
      },
      exportNode: (id, settings) => exportNode(editor.drawing, id, settings),
      measureText,
      traceNode: (id, part) => traceNode(editor.drawing, id, part),
      notify: (notice) => this.notice(notice),
      openExternal: (url) => {
        open(url, "_blank", "noopener");
      },
      // The VM is still inside the call that closes it.
      closed: (message) => {
        setTimeout(() => this.close(), 0);
        if (message !== undefined) this.say(message);
      },
    };
  }
}

export interface PluginDrop {
  readonly clientX: number;
  readonly clientY: number;
  readonly items?: readonly { readonly type: string; readonly data: string }[];
  readonly dropMetadata?: unknown;
}
