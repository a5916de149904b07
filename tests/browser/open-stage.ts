/** Browser and playground for a file of tests, with what answers the plugin. */
import { chromium } from "playwright-core";
import { servePlayground } from "../../playground/serve.ts";
import { type Driver, type OpenOptions, openPlayground } from "./driver.ts";

export interface StageOptions extends Omit<OpenOptions, "url"> {
  readonly root: string;
  /** The browser's program. */
  readonly path: string;
  /** Starts the companion, or what stands in for it. Returns how to stop it. Absent: nothing answers yet. */
  readonly answer?: () => Promise<() => Promise<void>>;
}

export interface Stage {
  readonly designer: Driver;
  /** Another window, with settings and pairing of its own; to be closed by whoever opened it. */
  another(options?: Omit<OpenOptions, "url">): Promise<Driver>;
  /** To be called in `afterAll`. */
  close(): Promise<void>;
}

export async function openStage({ root, path, answer, ...options }: StageOptions): Promise<Stage> {
  const ends: (() => unknown)[] = [];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    if (answer !== undefined) ends.push(await answer());
    const served = await servePlayground({ root, port: 0 });
    ends.push(() => served.close());
    const browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
    ends.push(() => browser.close());
    const another = (own: Omit<OpenOptions, "url"> = {}) => openPlayground(browser, { url: served.url, ...own });
    return { designer: await another(options), another, close };
  } catch (error) {
    await close();
    throw error;
  }
}
