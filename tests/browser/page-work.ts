/** What the plugin's window does, counted inside of it: stages that no clock has to find. */
import type { Driver } from "./driver.ts";

/** Since the last look. */
export interface Work {
  /** Answers of the plugin's half inside Figma. */
  readonly answers: number;
  /** Pictures that were decoded. */
  readonly decoded: number;
  /** Pictures that a canvas encoded. */
  readonly encoded: number;
  /** Canvases whose pixels were read. */
  readonly read: number;
}

interface Counter {
  now: Work;
  /** With each message to the companion: its bytes, and what was done until then. */
  sent: { readonly bytes: number; readonly work: Work }[];
}

declare global {
  var workCounter: Counter | undefined;
}

const NONE: Work = { answers: 0, decoded: 0, encoded: 0, read: 0 };

/** Counts from now on. To be called again before each piece of work that is counted. */
export async function countWork(ui: Driver["ui"]): Promise<void> {
  await ui.locator("body").evaluate((_body, none) => {
    const known = globalThis.workCounter;
    if (known !== undefined) {
      Object.assign(known, { now: none, sent: [] });
      return;
    }
    const counter: Counter = { now: none, sent: [] };
    globalThis.workCounter = counter;
    const count = (what: keyof Work) => {
      counter.now = { ...counter.now, [what]: counter.now[what] + 1 };
    };
    const onAnswer = ({ data }: MessageEvent) => {
      if (data?.pluginMessage?.kind === "reply") count("answers");
    };
    // Before the plugin hears it, and goes on.
    addEventListener("message", onAnswer, { capture: true });
    const { createImageBitmap: decode } = globalThis;
    globalThis.createImageBitmap = ((...given: Parameters<typeof decode>) => {
      count("decoded");
      return decode(...given);
    }) as typeof decode;
    const { toBlob } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.toBlob = function (...given) {
      count("encoded");
      toBlob.apply(this, given);
    };
    const { getImageData } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.getImageData = function (...given) {
      count("read");
      return getImageData.apply(this, given);
    };
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (data) {
      counter.sent.push({ bytes: (data as Uint8Array).byteLength, work: counter.now });
      send.call(this, data);
    };
  }, NONE);
}

/** Until the first message of at least so many bytes went to the companion: what comes with a picture has some, what asks for a model's face has few. */
export const workUntilSent = (ui: Driver["ui"], bytes: number): Promise<Work | undefined> =>
  ui
    .locator("body")
    .evaluate((_body, least) => globalThis.workCounter?.sent.find((each) => each.bytes >= least)?.work, bytes);

/** Of a message with pictures, at least. */
export const WITH_PICTURES = 1000;
