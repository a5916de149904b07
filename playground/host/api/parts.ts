/** figma.ui, figma.viewport, figma.clientStorage and figma.util. */
import { boundingBox } from "../bounds.ts";
import type { ApiMembers } from "../member.ts";
import { solid } from "../paint.ts";
import type { ShowUiOptions } from "../stage.ts";
import { bool, number, shape, text } from "../validate.ts";

const MIN_UI = { width: 70, height: 0 };
const point = shape<{ readonly x: number; readonly y: number }>({ x: number(), y: number() });

const uiOptions = shape<ShowUiOptions>(
  { visible: bool, title: text, width: number(), height: number(), position: point, themeColors: bool },
  ["visible", "title", "width", "height", "position", "themeColors"],
);

export const showUi: ApiMembers = {
  showUI: {
    call: (run, html, options = {}) => {
      const given = uiOptions(options);
      if (run.querying && given.visible !== false) throw new Error("Cannot show a window while parameters are typed");
      const width = Math.max(MIN_UI.width, given.width ?? 300);
      const height = Math.max(MIN_UI.height, given.height ?? 200);
      run.stage.ui.open(text(html), { ...given, width, height });
    },
  },
};

export const ui: ApiMembers = {
  show: { call: (run) => run.stage.ui.setVisible(true) },
  hide: { call: (run) => run.stage.ui.setVisible(false) },
  close: { call: (run) => run.stage.ui.close() },
  resize: {
    call: (run, width, height) =>
      run.stage.ui.resize(Math.max(MIN_UI.width, number()(width)), Math.max(MIN_UI.height, number()(height))),
  },
  reposition: { call: (run, x, y) => run.stage.ui.reposition(number()(x), number()(y)) },
  getPosition: { call: (run) => run.stage.ui.position() },
  postMessage: { call: (run, message) => run.stage.ui.post(message) },
};

export const viewport: ApiMembers = {
  center: {
    get: (run) => run.stage.viewport.center,
    set: (run, value) => {
      run.stage.viewport.center = point(value);
    },
  },
  zoom: {
    get: (run) => run.stage.viewport.zoom,
    set: (run, value) => {
      run.stage.viewport.zoom = number(0.01, 256)(value);
    },
  },
  bounds: { get: (run) => run.stage.viewport.bounds },
  scrollAndZoomIntoView: {
    call: (run, nodes) => {
      if (!Array.isArray(nodes)) throw new Error("Expected an array of nodes");
      run.stage.viewport.show(nodes.map((node) => boundingBox(run.scene, run.idOf(node))));
    },
  },
};

export const clientStorage: ApiMembers = {
  getAsync: { call: async (run, key) => run.stage.storage.get(text(key)) },
  setAsync: { call: async (run, key, value) => run.stage.storage.set(text(key), value) },
  deleteAsync: { call: async (run, key) => run.stage.storage.delete(text(key)) },
  keysAsync: { call: async (run) => run.stage.storage.keys() },
};

const color = (value: unknown) => {
  if (typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value)) return solid(value).color;
  throw new Error(`not available in the playground: colours other than #rrggbb ("${String(value)}")`);
};

export const util: ApiMembers = {
  rgb: { call: (_run, value) => color(value) },
  rgba: { call: (_run, value, alpha = 1) => ({ ...color(value), a: number(0, 1)(alpha) }) },
  solidPaint: {
    call: (_run, value, overrides = {}) => ({ ...solid("#000000"), color: color(value), ...(overrides as object) }),
  },
};
