/** A designer at work: browser, playground and companion, already paired. */
import path from "node:path";
import { type Browser, chromium } from "playwright-core";
import { servePlayground } from "../../../playground/serve.ts";
import { DEFAULT_SETTINGS } from "../../../plugin/ui/state/state.ts";
import { createDataFolder, PAIRING_CODE, removeDataFolder, startCompanion } from "../companion-process.ts";
import { type Driver, openPlayground } from "../driver.ts";
import { findBrowser } from "../find-browser.ts";
import { takeTurn } from "../take-turn.ts";

export interface DesignerOptions {
  readonly root: string;
  /** What differs from the plugin's own settings. */
  readonly settings?: object;
  /** Puts things into the models folder before the companion starts. */
  readonly prepare?: (modelsFolder: string) => Promise<void>;
}

/** Does the work with everything running, and ends it all whatever happens. */
export async function withDesigner(
  { root, settings, prepare }: DesignerOptions,
  work: (designer: Driver) => Promise<void>,
): Promise<void> {
  const found = findBrowser(root);
  if ("missing" in found) throw new Error(found.missing);
  const endTurn = await takeTurn();
  const home = createDataFolder();
  await prepare?.(path.join(home, "models"));
  const served = await servePlayground({ root, port: 0 });
  const companion = await startCompanion(root, home);
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({ executablePath: found.path, args: ["--no-sandbox"] });
    const designer = await openPlayground(browser, {
      url: served.url,
      settings: { ...DEFAULT_SETTINGS, ...settings },
    });
    await designer.ui.locator(".code input").fill(PAIRING_CODE);
    await designer.ui.locator(".card").waitFor();
    await work(designer);
  } finally {
    await browser?.close();
    await companion.stop();
    await served.close();
    removeDataFolder(home);
    endTurn();
  }
}
