/** Browser and playground for a file of tests, with what answers the plugin. */
import { chromium } from "playwright-core";
import { servePlayground } from "../../playground/serve.ts";
import { type Driver, type OpenOptions, openPlayground } from "./driver.ts";
import { takeTurn } from "./take-turn.ts";

export interface StageOptions extends Omit<OpenOptions, "url"> {
  readonly root: string;
  /** The browser's program. */
  readonly path: string;
  /** Starts the companion, or what stands in for it. Returns how to stop it. */
  readonly answer: () => Promise<() => Promise<void>>;
}

export interface Stage {
  readonly designer: Driver;
  /** To be called in `afterAll`. */
  close(): Promise<void>;
}

/** Waits until it is this file's turn, which lasts until it is closed. */
export async function openStage({ root, path, answer, ...options }: StageOptions): Promise<Stage> {
  const ends: (() => unknown)[] = [await takeTurn()];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    ends.push(await answer());
    const served = await servePlayground({ root, port: 0 });
    ends.push(() => served.close());
    const browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
    ends.push(() => browser.close());
    return { designer: await openPlayground(browser, { url: served.url, ...options }), close };
  } catch (error) {
    await close();
    throw error;
  }
}
