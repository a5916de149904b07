import * as v from "valibot";
import { parseJson } from "../../../shared/json-text.ts";
import { openJob } from "../../bridge.ts";
import type { Picture, PictureJob } from "./picture.ts";
import { type Recipe, readRecipe, writeRecipe } from "./recipe.ts";

const LIMITS = { depth: 32, values: 20_000 };
const side = v.pipe(v.number(), v.finite(), v.minValue(1));

const schema = v.object({
  ...openJob.entries,
  layers: v.array(v.string()),
  seconds: v.nullable(v.number()),
  width: side,
  height: side,
});

/** What the companion keeps of a picture besides its bytes, for the plugin alone. */
export interface KeptAbout {
  readonly job: PictureJob;
  readonly recipe: Recipe;
  readonly layers: readonly string[];
  readonly seconds: number | null;
  /** Of the picture, pixels. */
  readonly width: number;
  readonly height: number;
}

export function writeAbout({ job, recipe, layers, seconds, width, height }: Picture): string {
  return JSON.stringify({ ...job, recipe: writeRecipe(recipe), layers, seconds, width, height });
}

/** Null where it is not one that this version can read. */
export function readAbout(text: string): KeptAbout | null {
  try {
    const about = v.safeParse(schema, parseJson(text, LIMITS));
    if (!about.success) return null;
    const { recipe: written, layers, seconds, width, height, ...job } = about.output;
    const recipe = readRecipe(written);
    return recipe && { job, recipe, layers, seconds, width, height };
  } catch {
    return null;
  }
}
