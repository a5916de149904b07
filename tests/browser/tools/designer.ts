/** A designer at work: browser, playground and companion, already paired. */
import path from "node:path";
import { DEFAULT_SETTINGS } from "../../../plugin/ui/state/state.ts";
import { createDataFolder, PAIRING_CODE, removeDataFolder, startCompanion } from "../companion-process.ts";
import type { Driver } from "../driver.ts";
import { findBrowser } from "../find-browser.ts";
import { openStage } from "../open-stage.ts";

export interface DesignerOptions {
  readonly root: string;
  /** What differs from the plugin's own settings. */
  readonly settings?: object;
  /** Where the companion writes what takes how long. */
  readonly profile?: string;
  /** Puts things into the models folder before the companion starts. */
  readonly prepare?: (modelsFolder: string) => Promise<void>;
}

/** Does the work with everything running, and ends it all whatever happens. */
export async function withDesigner(
  { root, settings, profile, prepare }: DesignerOptions,
  work: (designer: Driver) => Promise<void>,
): Promise<void> {
  const found = findBrowser(root);
  if ("missing" in found) throw new Error(found.missing);
  const home = createDataFolder();
  const answer = async () => {
    await prepare?.(path.join(home, "models"));
    const companion = await startCompanion(root, home, profile === undefined ? [] : ["--profile", profile]);
    return () => companion.stop();
  };
  const stage = await openStage({ root, path: found.path, settings: { ...DEFAULT_SETTINGS, ...settings }, answer });
  try {
    const { designer } = stage;
    await designer.ui.locator(".code input").fill(PAIRING_CODE);
    await designer.ui.locator(".card").waitFor();
    await work(designer);
  } finally {
    await stage.close();
    removeDataFolder(home);
  }
}
