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
}

interface Counter {
  now: Work;
  sent: Work | undefined;
}

declare global {
  var workCounter: Counter | undefined;
}

const NONE: Work = { answers: 0, decoded: 0, encoded: 0 };

/** Counts from now on. To be called again before each piece of work that is counted. */
export async function countWork(ui: Driver["ui"]): Promise<void> {
  await ui.locator("body").evaluate((_body, none) => {
    const known = globalThis.workCounter;
    if (known !== undefined) {
      Object.assign(known, { now: none, sent: undefined });
      return;
    }
    const counter: Counter = { now: none, sent: undefined };
    globalThis.workCounter = counter;
    const count = (what: keyof Work) => {
      counter.now = { ...counter.now, [what]: counter.now[what] + 1 };
    };
    addEventListener("message", ({ data }) => {
      if (data?.pluginMessage?.kind === "reply") count("answers");
    });
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
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (data) {
      counter.sent ??= counter.now;
      send.call(this, data);
    };
  }, NONE);
}

/** Until the first message to the companion. */
export const workUntilSent = (ui: Driver["ui"]): Promise<Work | undefined> =>
  ui.locator("body").evaluate(() => globalThis.workCounter?.sent);

/** Until now. */
export const workSoFar = (ui: Driver["ui"]): Promise<Work | undefined> =>
  ui.locator("body").evaluate(() => globalThis.workCounter?.now);
