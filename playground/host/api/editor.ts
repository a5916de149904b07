/** The rest of `figma`: who and where, undo, notices, images, closing. */
import type { ApiMembers } from "../member.ts";
import { HandleRef, ImageRef, MIXED } from "../references.ts";
import { bool, number, text } from "../validate.ts";

const DEFAULT_NOTICE_MS = 3000;
const NOTICE_LIMIT = 100;

interface NotifyOptions {
  readonly timeout?: number;
  readonly error?: boolean;
  readonly button?: { readonly text: string; readonly action: unknown };
  readonly onDequeue?: unknown;
}

function demandBytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Error("Expected a Uint8Array");
  return value;
}

export const editor: ApiMembers = {
  apiVersion: { get: () => "1.0.0" },
  command: { get: (run) => run.options.command },
  editorType: { get: (run) => (run.options.mode === "inspect" ? "dev" : "figma") },
  mode: { get: (run) => run.options.mode },
  pluginId: { get: (run) => run.stage.manifest.id },
  /** Undefined without enablePrivatePluginApi, in Figma too. */
  fileKey: { get: () => undefined },
  hasMissingFont: { get: () => false },
  mixed: { get: () => MIXED },
  skipInvisibleInstanceChildren: {
    get: (run) => run.skipInvisibleInstanceChildren,
    set: (run, value) => {
      run.skipInvisibleInstanceChildren = bool(value);
    },
  },
  currentUser: {
    get: () => {
      throw new Error(`"currentuser" permission is required`);
    },
  },
  commitUndo: { call: (run) => run.stage.history.commit() },
  triggerUndo: { call: (run) => run.stage.history.undo(), writes: true },
  openExternal: { call: (run, url) => run.stage.openExternal(text(url)) },
  closePlugin: {
    call: (run, message) => {
      run.stage.history.commit();
      run.stage.closed(message === undefined ? undefined : text(message));
    },
  },
  notify: {
    call: (run, message, options = {}) => {
      const { timeout = DEFAULT_NOTICE_MS, error = false, button, onDequeue } = options as NotifyOptions;
      if (text(message).length > NOTICE_LIMIT) throw new Error(`The message exceeds ${NOTICE_LIMIT} characters`);
      const cancel = run.stage.notify({
        message: text(message),
        timeout: timeout === Number.POSITIVE_INFINITY ? timeout : number(0)(timeout),
        error: bool(error),
        ...(button === undefined
          ? {}
          : { button: { text: text(button.text), press: () => run.callback(button.action) } }),
        onDequeue: (reason) => run.callback(onDequeue, reason),
      });
      return new HandleRef({ cancel });
    },
  },
  createImage: { call: (run, bytes) => new ImageRef(run.stage.images.add(demandBytes(bytes)).hash), writes: true },
  getImageByHash: {
    call: (run, hash) => (run.stage.images.find(text(hash)) === undefined ? null : new ImageRef(text(hash))),
  },
};

/** Methods of an Image. */
export const imageMethods: Readonly<
  Record<string, (run: Parameters<NonNullable<ApiMembers[string]["call"]>>[0], hash: string) => unknown>
> = {
  getBytesAsync: async (run, hash) => run.stage.images.find(hash)!.bytes,
  getSizeAsync: async (run, hash) => {
    const { width, height } = run.stage.images.find(hash)!;
    return { width, height };
  },
};
