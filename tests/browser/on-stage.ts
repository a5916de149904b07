/** What a file of browser tests has in common: it is skipped by name where there is no browser, and its stage opens and closes. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import { randomSecret } from "../../shared/pairing.ts";
import type { companion } from "../plugin/ui/fixtures.ts";
import { createDataFolder, PAIRING_CODE, removeDataFolder, startCompanion } from "./companion-process.ts";
import type { Driver } from "./driver.ts";
import { findBrowser } from "./find-browser.ts";
import { openStage, type Stage, type StageOptions } from "./open-stage.ts";
import { startStandIn } from "./stand-in-companion.ts";

export const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);

/** A `describe`, skipped with the reason where there is no browser. */
export function inBrowser(name: string, tests: () => void): void {
  if ("path" in found) describe(name, tests);
  else describe.skip(`${name} (${found.missing})`, tests);
}

/** There from the first test on. */
export interface OnStage {
  readonly designer: Driver;
}

interface Common {
  /** Those that differ from the plugin's own. */
  readonly settings: Partial<typeof DEFAULT_SETTINGS>;
  /** How long opening, and anything in the page, may take: milliseconds. */
  readonly patience?: number;
  /** What else to do before the first test. */
  readonly ready?: (designer: Driver) => Promise<unknown>;
  /** What else to close after the last one. */
  readonly close?: () => unknown;
}

/** In a `describe`: the plugin is connected with a companion without a model. */
export function withStandIn({
  make,
  more,
  ...common
}: Common & {
  readonly make: Parameters<typeof startStandIn>[1];
  readonly more?: Partial<typeof companion>;
}): OnStage {
  const pairing = { pairing: "7".repeat(32), token: randomSecret() };
  return onStage(common, { pairing, answer: () => startStandIn(pairing, make, more) });
}

/** In a `describe`: the plugin is paired with a companion of its own. `models`: fills the folder of a designer's models. */
export function withCompanion({ models, ...common }: Common & { readonly models?: (folder: string) => void }): OnStage {
  const home = createDataFolder();
  const answer = async () => {
    const folder = path.join(home, "own-models");
    if (models) {
      mkdirSync(folder);
      models(folder);
    }
    return (await startCompanion(root, home, models ? ["--models", folder] : [])).stop;
  };
  const ready = async (designer: Driver) => {
    await designer.ui.getByLabel("Pairing code, six digits").fill(PAIRING_CODE);
    await designer.ui.getByText("Nothing selected").waitFor();
    await common.ready?.(designer);
  };
  const close = async () => {
    await common.close?.();
    removeDataFolder(home);
  };
  return onStage({ ...common, ready, close }, { answer });
}

function onStage(
  { settings, patience, ready, close }: Common,
  options: Pick<StageOptions, "pairing" | "answer">,
): OnStage {
  let stage: Stage | undefined;
  beforeAll(async () => {
    if ("missing" in found) return;
    const all = { ...DEFAULT_SETTINGS, ...settings };
    stage = await openStage({ root, path: found.path, settings: all, ...options });
    const { designer } = stage;
    if (patience !== undefined) designer.page.context().setDefaultTimeout(patience);
    if (options.pairing) await designer.ui.getByText("Nothing selected").waitFor();
    await ready?.(designer);
  }, patience);
  afterAll(async () => {
    await stage?.close();
    await close?.();
  });
  return {
    get designer() {
      if (stage === undefined) throw new Error("The stage is not open yet.");
      return stage.designer;
    },
  };
}
