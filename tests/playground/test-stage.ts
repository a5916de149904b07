/** A stage without a page: what the browser does is noted down, and exports are drawn from the nodes' fills. */
import { readFileSync } from "node:fs";
import path from "node:path";

import sharp from "sharp";
import { bundlePrelude } from "../../playground/build.mjs";
import { boundingBox } from "../../playground/host/bounds.ts";
import { ClientStorage, memoryStorage } from "../../playground/host/client-storage.ts";
import { History } from "../../playground/host/history.ts";
import { Images } from "../../playground/host/images.ts";
import { parseManifest } from "../../playground/host/manifest.ts";
import { PluginRun, type RunOptions } from "../../playground/host/run.ts";
import { Scene } from "../../playground/host/scene.ts";
import type { Notice, ShowUiOptions, Stage } from "../../playground/host/stage.ts";
import { createMachine, type Machine } from "../../playground/vm/machine.ts";
import { loadQuickJs } from "../../playground/vm/quickjs.ts";

export const root = path.resolve(__dirname, "../..");
const manifest = parseManifest(readFileSync(path.join(root, "manifest.json"), "utf8"));

export interface TestStage extends Stage {
  readonly posted: unknown[];
  readonly notices: Notice[];
  readonly opened: { readonly html: string; readonly options: ShowUiOptions }[];
  readonly closings: (string | undefined)[];
}

/** A one-coloured PNG. */
export async function png(width: number, height: number, background = "#cc3300"): Promise<Uint8Array> {
  const buffer = await sharp({ create: { width, height, channels: 4, background } })
    .png()
    .toBuffer();
  return new Uint8Array(buffer);
}

export function createTestStage(): TestStage {
  const scene = new Scene();
  const images = new Images();
  const posted: unknown[] = [];
  const notices: Notice[] = [];
  const opened: { html: string; options: ShowUiOptions }[] = [];
  const closings: (string | undefined)[] = [];
  return {
    manifest,
    scene,
    images,
    posted,
    notices,
    opened,
    closings,
    history: new History(scene),
    storage: new ClientStorage(memoryStorage()),
    viewport: {
      center: { x: 0, y: 0 },
      zoom: 1,
      bounds: { x: -500, y: -400, width: 1000, height: 800 },
      show() {},
    },
    ui: {
      open: (html, options) => opened.push({ html, options }),
      setVisible() {},
      resize() {},
      reposition() {},
      position: () => ({ windowSpace: { x: 0, y: 0 }, canvasSpace: { x: 0, y: 0 } }),
      close() {},
      post: (message) => posted.push(message),
    },
    currentPage: scene.get("0:0").children[0]!,
    async exportNode(id, settings) {
      const box = boundingBox(scene, id);
      const scale = settings.constraint?.type === "SCALE" ? settings.constraint.value : 1;
      return png(Math.max(1, Math.round(box.width * scale)), Math.max(1, Math.round(box.height * scale)));
    },
    measureText: (node) => ({
      width: node.characters.length * node.fontSize * 0.6,
      height: Math.ceil(node.fontSize * 1.2),
    }),
    // Without a canvas nothing can be traced: the node's box stands for what it paints.
    traceNode: (id) => {
      const { width, height } = scene.get(id);
      return [{ windingRule: "NONZERO", data: `M 0 0 L ${width} 0 L ${width} ${height} L 0 ${height} Z` }];
    },
    notify(notice) {
      notices.push(notice);
      return () => notices.splice(notices.indexOf(notice), 1);
    },
    openExternal() {},
    closed: (message) => closings.push(message),
  };
}

export interface TestPlugin {
  readonly stage: TestStage;
  readonly run: PluginRun;
  readonly machine: Machine;
  readonly logs: string[];
  readonly errors: string[];
}

let module: ReturnType<typeof loadQuickJs> | undefined;
const quickjs = () => {
  module ??= loadQuickJs();
  return module;
};

let preludeText: Promise<string> | undefined;
const prelude = () => {
  preludeText ??= bundlePrelude({ root });
  return preludeText;
};

/** Runs `code` as a plugin's main.js in the VM. */
export async function startPlugin(
  code: string,
  options: Partial<RunOptions> & { stage?: TestStage; hangMilliseconds?: number; memoryBytes?: number } = {},
): Promise<TestPlugin> {
  const { stage = createTestStage(), hangMilliseconds = 10_000, memoryBytes, ...rest } = options;
  const run = new PluginRun(stage, { command: "", html: "<p>ui</p>", mode: "default", ...rest });
  const logs: string[] = [];
  const errors: string[] = [];
  const machine = createMachine({
    quickjs: await quickjs(),
    prelude: await prelude(),
    run,
    hangMilliseconds,
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    log: (_level, args) =>
      logs.push(args.map((arg) => (typeof arg === "string" ? arg : JSON.stringify(arg))).join(" ")),
    onError: (message) => errors.push(message),
  });
  stage.scene.onChange = machine.documentChanged;
  machine.start(code);
  return { stage, run, machine, logs, errors };
}

/** Runs the body of an async function in a fresh VM and gives what it returned; what it throws is thrown here. */
export async function inFigma(
  body: string,
  options: Parameters<typeof startPlugin>[1] = {},
): Promise<{ value: unknown } & TestPlugin> {
  const plugin = await startPlugin(
    `"use strict"; (async () => { ${body} })().then(
      (value) => figma.ui.postMessage({ value }),
      (error) => figma.ui.postMessage({ error: error.message }));`,
    options,
  );
  await until(() => plugin.stage.posted.length > 0 || plugin.errors.length > 0);
  plugin.machine.dispose();
  if (plugin.errors.length > 0) throw new Error(plugin.errors[0]);
  const { value, error } = plugin.stage.posted[0] as { value?: unknown; error?: string };
  if (error !== undefined) throw new Error(error);
  return { value, ...plugin };
}

export async function until(holds: () => boolean, milliseconds = 120_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!holds()) {
    if (Date.now() > end) throw new Error("Waited too long");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
