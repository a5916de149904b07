/** Drives the playground's page as a person would, and reads from it what a person cannot see. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Browser, FrameLocator, Page } from "playwright-core";
import type { Editor } from "../../playground/app/editor.ts";
import type { PluginHost } from "../../playground/app/plugin-host.ts";
import type { NodeRecord } from "../../playground/host/record.ts";
import type { Box, Transform } from "../../playground/host/transform.ts";
import { CLIENT_HEADER, COMPANION_HEADER, decodeFrame } from "../../shared/codec.ts";
import { FrameReader } from "../../shared/frame-reader.ts";
import { type Envelope, PORT } from "../../shared/protocol.ts";
import { companionPort } from "./companion-port.ts";

declare const playground: { readonly editor: Editor; readonly host: PluginHost };
/** Put into the page by `openPlayground`. */
declare const pixelsOf: (hash: string) => Promise<ImageData>;

export interface Driver {
  readonly page: Page;
  /** The plugin's own document. */
  readonly ui: FrameLocator;
  /** Everything that went wrong in the page. */
  readonly errors: string[];
  /** What was sent and received over the plugin's WebSocket. */
  readonly frames: Frame[];
  select(...names: string[]): Promise<void>;
  /** Brings a layer into view. */
  look(name: string): Promise<void>;
  node(name: string | RegExp): Promise<Seen>;
  count(): Promise<number>;
  /** Where a layer is on the screen. */
  screenBox(name: string): Promise<Box>;
  /** Where the image that fills a layer shows anything, in its pixels; `null` where it is wholly transparent. */
  shown(name: string | RegExp): Promise<Shown | null>;
  /** The size of the image that fills a layer, and how many colours it has. */
  image(name: string | RegExp): Promise<{ width: number; height: number; colors: number }>;
  /** The pixels of the image that fills a layer, straight alpha. */
  pixels(name: string | RegExp): Promise<{ width: number; height: number; data: Uint8Array }>;
  /** When the document has more layers than now: the time. */
  nextLayer(): Promise<number>;
  change(name: string, fields: Partial<NodeRecord>): Promise<void>;
  screenshot(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface Frame {
  readonly at: number;
  readonly sent: boolean;
  readonly message: Record<string, unknown>;
  attachment(name: string): Uint8Array;
}

/** A layer, with what follows from where it is. */
export interface Seen extends NodeRecord {
  readonly absoluteTransform: Transform;
  /** The layer directly under it among its siblings. */
  readonly below: string | undefined;
}

export interface Shown {
  readonly count: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface OpenOptions {
  readonly url: string;
  /** The plugin's settings, as an earlier session left them. */
  readonly settings?: object;
  readonly query?: string;
  /** What an earlier session paired with. */
  readonly pairing?: object;
  /** Replaces the manifest. */
  readonly manifest?: (manifest: Record<string, unknown>) => Record<string, unknown>;
}

const FOLDER = process.env.UNDERPAINT_SCREENSHOTS;

export async function openPlayground(browser: Browser, options: OpenOptions): Promise<Driver> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
  // For what never comes; a slow machine is no failure.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const errors: string[] = [];
  const frames: Driver["frames"] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && message.text().includes("[plugin]")) errors.push(message.text());
  });
  page.on("websocket", (socket) => {
    const note = (sent: boolean) => {
      const read = sent ? reader() : (bytes: Buffer) => decodeFrame(bytes, COMPANION_HEADER);
      return (frame: { payload: string | Buffer }) => {
        const found = opened(frame.payload, read);
        if (found !== undefined) frames.push({ at: Date.now(), sent, ...found });
      };
    };
    socket.on("framesent", note(true));
    socket.on("framereceived", note(false));
  });
  const { manifest, settings, pairing } = options;
  const port = String(await companionPort());
  await page.route(/\/(manifest\.json|dist\/plugin\/[^/]+)$/, async (route) => {
    const response = await route.fetch();
    const text = (await response.text()).replaceAll(String(PORT), port);
    const isManifest = route.request().url().endsWith("manifest.json");
    const body = isManifest && manifest ? JSON.stringify(manifest(JSON.parse(text) as Record<string, unknown>)) : text;
    await route.fulfill({ response, body });
  });
  if (settings !== undefined)
    await page.addInitScript(
      (kept) => {
        const key = "clientStorage:underpaint";
        // Frames without an origin have no storage, and need none here.
        if (location.protocol === "http:" && localStorage.getItem(key) === null)
          localStorage.setItem(key, JSON.stringify(kept));
      },
      { settings: JSON.stringify(settings), ...(pairing && { pairing: JSON.stringify(pairing) }) },
    );
  await page.addInitScript(() => {
    const read = async (hash: string) => {
      const { bytes, mime, width, height } = playground.editor.images.find(hash)!;
      const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mime });
      const bitmap = await createImageBitmap(blob, { premultiplyAlpha: "none", colorSpaceConversion: "none" });
      const context = new OffscreenCanvas(width, height).getContext("2d")!;
      context.drawImage(bitmap, 0, 0);
      return context.getImageData(0, 0, width, height);
    };
    Object.assign(globalThis, { pixelsOf: read });
  });
  await page.goto(`${options.url}${options.query ?? ""}`);
  await page.waitForFunction(() => "playground" in globalThis);
  const ui = page.frameLocator('iframe[title="Plugin"]').frameLocator("iframe");

  const find = (name: string | RegExp) =>
    page.evaluate(
      ([text, isPattern]) => {
        const { scene } = playground.editor;
        const matches = (node: NodeRecord) => (isPattern ? new RegExp(text).test(node.name) : node.name === text);
        // Frames before texts of the same name; of several, the newest.
        const found = [...scene.records.values()].filter((node) => matches(node) && node.type !== "TEXT").at(-1);
        if (found === undefined) throw new Error(`There is no layer "${text}"`);
        const siblings = found.parent === null ? [] : scene.get(found.parent).children;
        const below = siblings[siblings.indexOf(found.id) - 1];
        return { ...found, absoluteTransform: scene.absoluteTransform(found.id), below };
      },
      [typeof name === "string" ? name : name.source, typeof name !== "string"] as const,
    );

  const hashOf = async (name: string | RegExp): Promise<string> => {
    const { fills } = await find(name);
    return fills.flatMap((fill) => (fill.type === "IMAGE" && fill.imageHash !== null ? [fill.imageHash] : []))[0]!;
  };

  return {
    page,
    ui,
    errors,
    frames,
    node: find,
    async select(...names) {
      const ids = await Promise.all(names.map(async (name) => (await find(name)).id));
      await page.evaluate((chosen) => playground.editor.select(chosen), ids);
    },
    async look(name) {
      const { id } = await find(name);
      await page.evaluate((one) => playground.editor.zoomTo([one]), id);
    },
    count: () => page.evaluate(() => playground.editor.scene.records.size),
    async screenBox(name) {
      const { id } = await find(name);
      return page.evaluate((one) => {
        const { scene, camera } = playground.editor;
        const { width, height } = scene.get(one);
        const [[, , x], [, , y]] = scene.absoluteTransform(one);
        return { ...camera.toScreen({ x, y }), width: width * camera.zoom, height: height * camera.zoom };
      }, id);
    },
    async shown(name) {
      return page.evaluate(
        async (hash) => {
          const { data, width, height } = await pixelsOf(hash);
          let count = 0;
          let [left, top, right, bottom] = [width, height, -1, -1];
          for (let i = 0; i < width * height; i++) {
            if (data[i * 4 + 3] === 0) continue;
            count++;
            const [x, y] = [i % width, Math.floor(i / width)];
            [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
          }
          return count === 0 ? null : { count, left, top, right, bottom };
        },
        await hashOf(name),
      );
    },
    async image(name) {
      return page.evaluate(
        async (hash) => {
          const { width, height, data } = await pixelsOf(hash);
          return { width, height, colors: new Set(new Uint32Array(data.buffer)).size };
        },
        await hashOf(name),
      );
    },
    async pixels(name) {
      const { text, ...size } = await page.evaluate(
        async (hash) => {
          const { width, height, data } = await pixelsOf(hash);
          let binary = "";
          for (let i = 0; i < data.length; i += 32768) binary += String.fromCharCode(...data.subarray(i, i + 32768));
          return { width, height, text: btoa(binary) };
        },
        await hashOf(name),
      );
      return { ...size, data: new Uint8Array(Buffer.from(text, "base64")) };
    },
    nextLayer: () =>
      page.evaluate(() => {
        const { records } = playground.editor.scene;
        const before = records.size;
        return new Promise<number>((resolve) => {
          const timer = setInterval(() => {
            if (playground.editor.scene.records.size <= before) return;
            clearInterval(timer);
            resolve(Date.now());
          }, 1);
        });
      }),
    async change(name, fields) {
      const { id } = await find(name);
      await page.evaluate(
        ([one, change]) => {
          const { editor } = playground;
          editor.act(() => editor.scene.patch(one, change as object));
        },
        [id, fields] as const,
      );
    },
    async screenshot(name) {
      if (FOLDER === undefined) return;
      mkdirSync(FOLDER, { recursive: true });
      await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
    },
    close: () => context.close(),
  };
}

/** Puts the pieces of sent frames together. */
function reader() {
  const frames = new FrameReader();
  return (piece: Buffer) => frames.read(piece, CLIENT_HEADER);
}

function opened(
  payload: string | Buffer,
  read: (bytes: Buffer) => Envelope<unknown> | undefined,
): Pick<Frame, "message" | "attachment"> | undefined {
  if (typeof payload === "string") return { message: { type: "text" }, attachment: () => new Uint8Array() };
  const frame = read(payload);
  if (frame === undefined) return undefined;
  const { message, attachments } = frame;
  return {
    message: message as Record<string, unknown>,
    attachment: (name) => {
      const bytes = attachments.get(name);
      if (bytes === undefined) throw new Error(`There is no attachment "${name}"`);
      return bytes;
    },
  };
}
