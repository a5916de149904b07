import * as v from "valibot";
import { driftSchema } from "../../../shared/drift.ts";
import { enlargeSchema } from "../../../shared/enlarge.ts";
import { FILL_KINDS } from "../../../shared/fill-kinds.ts";
import type { EnlargeTask, GenerateTask, MatteTask } from "../../../shared/job.ts";
import { parseJson } from "../../../shared/json-text.ts";
import { matteSchema } from "../../../shared/matte.ts";
import type { GenerateRequest } from "../../../shared/request.ts";
import { numberFormat, REQUEST_LIMITS, requestSchema } from "../../../shared/request-schema.ts";
import { usedModelsSchema } from "../../../shared/used-model.ts";
import { MODES, margins, maskShape, ROLES, rect } from "../../bridge.ts";
import { KEEP_NAMES } from "../models/control-keeps.ts";
import { t } from "../text/language.ts";
import { FOLLOWED_PARTS } from "./followed.ts";

/** Anybody who can edit the file can write one. */
const LIMITS = { depth: 32, values: 20_000 };

const layerRef = v.object({ id: v.string(), name: v.string() });

const followed = { ...layerRef.entries, weight: v.number(), start: v.number(), end: v.number() };

const recipeSchema = v.object({
  version: v.literal(1),
  mode: v.picklist(MODES),
  model: v.string(),
  target: layerRef,
  mask: v.optional(layerRef),
  alsoMasks: v.optional(v.array(layerRef)),
  maskShape: v.optional(maskShape),
  /** What a Fill was for. */
  fillKind: v.optional(v.picklist(FILL_KINDS)),
  /** Of a draft: what the finished picture has in the place of what it left out. Absent: it is no draft. */
  draft: v.optional(v.object({ steps: v.number(), quantize: v.optional(numberFormat), vae: v.optional(v.string()) })),
  /** Text layers over it: those that stay above the picture, and those that are painted in it. */
  texts: v.optional(v.array(layerRef)),
  painted: v.optional(v.array(layerRef)),
  seesTexts: v.optional(v.boolean()),
  /** How far it went beyond its target; "masks": as far as the masks. */
  expand: v.optional(v.union([margins, v.literal("masks")])),
  /** Where what was painted was kept calm for writing: in its target's own space, canvas pixels. */
  calm: v.optional(v.pipe(v.array(rect), v.maxLength(REQUEST_LIMITS.calmAreas))),
  /** How it was made larger afterwards. */
  enlarged: v.optional(enlargeSchema),
  /** How it was cut out afterwards. */
  matted: v.optional(matteSchema),
  /** Which of both made this picture. */
  last: v.optional(v.picklist(["enlarge", "matte"])),
  /**
   * Of which picture, by its job, and how large the first of them was; of a Fill within its target: which part of the pixels that it
   * worked on.
   */
  enlargedFrom: v.optional(
    v.object({
      job: v.string(),
      part: v.optional(rect),
      painted: v.optional(v.object({ width: v.number(), height: v.number() })),
    }),
  ),
  references: v.array(
    v.object({
      ...followed,
      blocks: v.optional(v.picklist(FOLLOWED_PARTS), "all"),
      within: v.optional(layerRef),
      character: v.optional(layerRef),
      role: v.optional(v.picklist(ROLES)),
    }),
  ),
  /** The prompt as it was typed, where the model read something else. */
  typed: v.optional(v.string()),
  /** The end of what it read: what the references are for. */
  rolesTold: v.optional(v.string()),
  controls: v.optional(
    v.array(
      v.object({
        ...followed,
        keeps: v.picklist(KEEP_NAMES),
        model: v.string(),
        mode: v.optional(v.picklist(["balanced", "guess"]), "balanced"),
        drawn: v.boolean(),
      }),
    ),
    [],
  ),
  /** SHA-256 of all that was asked for, images too: recipes with the same one make the same picture. */
  asked: v.optional(v.string()),
  request: requestSchema as v.GenericSchema<unknown, GenerateRequest>,
  /** How the picture drifted from the one that it changed, once it is there. */
  drift: v.optional(driftSchema),
  /** The files that took part, once the picture is there. */
  madeWith: v.optional(usedModelsSchema),
});

/** How a layer was made: kept in the layer itself, so that it can be made again. Image references name layers, not pixels. */
export type Recipe = v.InferOutput<typeof recipeSchema>;

/** As the designer wrote it. */
export const promptOf = ({ typed, request }: Recipe): string => typed ?? request.prompt;

/** A layer by its id, and by the name that it had. */
export type LayerRef = v.InferOutput<typeof layerRef>;

/** A followed layer as a recipe keeps it: by its id. */
export function toRecipe<L extends { readonly layer: LayerRef }>({ layer: { id, name }, ...rest }: L) {
  return { id, name, ...rest };
}

/** The other way round. */
export function fromRecipe<R extends LayerRef>({ id, name, ...rest }: R) {
  return { layer: { id, name }, ...rest };
}

export function writeRecipe(recipe: Recipe): string {
  return JSON.stringify(recipe);
}

/** What the companion was asked to do for the picture. */
export function taskOf({ request, enlarged, matted, last }: Recipe): GenerateTask | EnlargeTask | MatteTask {
  if (matted !== undefined && last !== "enlarge") return { kind: "matte", request: matted };
  return enlarged === undefined ? { kind: "generate", request } : { kind: "enlarge", request: enlarged };
}

/** The recipe, or null where the text is not one that this version can read. */
export function readRecipe(text: string): Recipe | null {
  try {
    const recipe = v.safeParse(recipeSchema, parseJson(text, LIMITS));
    return recipe.success ? recipe.output : null;
  } catch {
    return null;
  }
}

/** What the placed layer is called: "Fill – Hero (seed 42)"; a group of layers as the picture that they make up. */
export function layerName({ mode, target, request, expand }: Recipe): string {
  if (request.split) return target.name;
  return t.run.layerName(t.run.layerNames[expand === undefined ? mode : "expand"], target.name, request.seed);
}
