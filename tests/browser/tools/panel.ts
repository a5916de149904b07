/**
 * Takes pictures of the panel's views in both themes, for the eye: into the folder that UNDERPAINT_SCREENSHOTS names. In German with
 * UNDERPAINT_LANGUAGE=de.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { writeAddOns } from "../sample-add-ons.ts";
import { tour } from "../tour.ts";
import { bothThemes } from "./both-themes.ts";
import { withDesigner } from "./designer.ts";

const FOLDER = process.env.UNDERPAINT_SCREENSHOTS;

export async function run(root: string): Promise<void> {
  if (FOLDER === undefined) throw new Error("Name a folder for the pictures in UNDERPAINT_SCREENSHOTS.");
  mkdirSync(FOLDER, { recursive: true });
  const language = process.env.UNDERPAINT_LANGUAGE === "de" ? "de" : "en";
  const settings = { language, count: 1, steps: 4, seed: 7, seedLocked: true, window: { width: 320, height: 720 } };
  await withDesigner({ root, settings, prepare: (models: string) => writeAddOns(models, root) }, (designer) =>
    tour(designer, language, (view) => bothThemes(designer, path.join(FOLDER, view))),
  );
}
