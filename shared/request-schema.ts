/** The GenerateRequest of request.ts as a schema: types, ranges, defaults. validate.ts turns its findings into sentences. */
import * as v from "valibot";
import { driftWishSchema } from "./drift.ts";
import { motionSchema } from "./motion-schema.ts";
import { region } from "./region-schema.ts";
import { DEFAULT_SIZE, type GenerateRequest, PROMPT_SYNTAXES, REQUEST_DEFAULTS } from "./request.ts";
import {
  between,
  control,
  deepCache,
  embedding,
  interval,
  lora,
  microConditioning,
  nameSchema,
  numberFormat,
  ownList,
  palette,
  prompt,
  REQUEST_LIMITS,
  reference,
  refiner,
  sceneText,
  scheduler,
  share,
  side,
  wholeBetween,
} from "./request-parts-schema.ts";
import { splitSchema } from "./split.ts";

export { nameSchema, numberFormat, REQUEST_LIMITS } from "./request-parts-schema.ts";

/** What has no meaning for a picture that is taken apart; its size follows from its shape and the resolution. */
const NOT_SPLIT = ["width", "height", "mask", "motion", "refiner", "tiling", "palette", "drift", "sceneText"] as const;

export const requestSchema: v.GenericSchema<unknown, GenerateRequest> = v.pipe(
  v.strictObject({
    model: nameSchema,
    vae: v.optional(nameSchema),
    prompt,
    negativePrompt: v.optional(prompt),
    prompt2: v.optional(prompt),
    negativePrompt2: v.optional(prompt),
    width: v.optional(side),
    height: v.optional(side),
    promptSyntax: v.optional(v.picklist(PROMPT_SYNTAXES), REQUEST_DEFAULTS.promptSyntax),
    loras: v.optional(v.pipe(v.array(lora), v.maxLength(REQUEST_LIMITS.loras)), []),
    embeddings: v.optional(
      v.pipe(
        v.array(
          v.union([
            embedding,
            v.pipe(
              nameSchema,
              v.transform((model) => ({ model })),
            ),
          ]),
        ),
        v.maxLength(REQUEST_LIMITS.embeddings),
      ),
      [],
    ),
    seed: wholeBetween({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    steps: v.optional(wholeBetween(REQUEST_LIMITS.steps), REQUEST_DEFAULTS.steps),
    guidanceScale: v.optional(between(REQUEST_LIMITS.guidanceScale), REQUEST_DEFAULTS.guidanceScale),
    guidanceRescale: v.optional(share, REQUEST_DEFAULTS.guidanceRescale),
    imageGuidanceScale: v.optional(between(REQUEST_LIMITS.guidanceScale), REQUEST_DEFAULTS.imageGuidanceScale),
    guidanceInterval: v.optional(interval),
    deepCache: v.optional(deepCache),
    microConditioning: v.optional(microConditioning),
    refiner: v.optional(refiner),
    scheduler: v.optional(scheduler, REQUEST_DEFAULTS.scheduler),
    timesteps: v.optional(ownList),
    sigmas: v.optional(ownList),
    eta: v.optional(share, REQUEST_DEFAULTS.eta),
    clipSkip: v.optional(wholeBetween(REQUEST_LIMITS.clipSkip), REQUEST_DEFAULTS.clipSkip),
    image: v.optional(nameSchema),
    strength: v.optional(share, REQUEST_DEFAULTS.strength),
    mask: v.optional(nameSchema),
    region: v.optional(region),
    composite: v.optional(v.boolean(), REQUEST_DEFAULTS.composite),
    tiling: v.optional(v.boolean(), REQUEST_DEFAULTS.tiling),
    motion: v.optional(motionSchema),
    split: v.optional(splitSchema),
    references: v.optional(
      v.pipe(
        v.array(reference),
        v.maxLength(REQUEST_LIMITS.references),
        v.check(
          (references) => references.flatMap(({ image }) => image).length <= REQUEST_LIMITS.references,
          `must have at most ${REQUEST_LIMITS.references} images in all`,
        ),
      ),
      [],
    ),
    controls: v.optional(v.pipe(v.array(control), v.maxLength(REQUEST_LIMITS.controls)), []),
    palette: v.optional(palette),
    drift: v.optional(driftWishSchema),
    sceneText: v.optional(sceneText),
    quantize: v.optional(numberFormat),
    contentFilter: v.optional(v.boolean()),
  }),
  v.forward(
    v.check(({ mask, image }) => mask === undefined || image !== undefined, "needs `image`, the picture to repair"),
    ["mask"],
  ),
  v.forward(
    v.check(
      ({ controls, mask }) => mask !== undefined || controls.every(({ preprocessor }) => preprocessor !== "inpaint"),
      'needs `mask`, where the preprocessor "inpaint" is asked for',
    ),
    ["controls"],
  ),
  v.forward(
    v.check(({ refiner, mask }) => refiner === undefined || mask === undefined, "cannot be used with `mask`"),
    ["refiner"],
  ),
  v.forward(
    v.check(({ motion, mask }) => motion === undefined || mask === undefined, "cannot be used with `mask`"),
    ["motion"],
  ),
  v.forward(
    v.check(
      ({ motion, sceneText }) => motion === undefined || sceneText === undefined,
      "cannot be used with `sceneText`",
    ),
    ["motion"],
  ),
  v.forward(
    v.check(({ motion, refiner }) => motion === undefined || refiner === undefined, "cannot be used with `refiner`"),
    ["motion"],
  ),
  v.forward(
    v.check(
      ({ drift, image, mask, motion }) => drift === undefined || (image !== undefined && !mask && !motion),
      "needs `image`, the picture that was changed, and neither `mask` nor `motion`",
    ),
    ["drift"],
  ),
  v.forward(
    v.check(
      ({ split, image }) => split === undefined || image !== undefined,
      "needs `image`, the picture to take apart",
    ),
    ["split"],
  ),
  v.forward(
    v.check(
      ({ split, ...rest }) => split === undefined || NOT_SPLIT.every((name) => !rest[name]),
      `cannot be used with ${NOT_SPLIT.map((name) => `\`${name}\``).join(", ")}`,
    ),
    ["split"],
  ),
  v.forward(
    v.check(
      ({ split, strength }) => split === undefined || strength === 1,
      "is of the whole picture: leave out `strength`",
    ),
    ["split"],
  ),
  v.forward(
    v.check(({ region, mask }) => region === undefined || mask !== undefined, "needs `mask`"),
    ["region"],
  ),
  v.forward(
    v.check(({ region, tiling }) => region === undefined || !tiling, "cannot be used with `tiling`"),
    ["region"],
  ),
  v.forward(
    v.check(
      ({ region, width, height }) => region === undefined || (width === undefined) === (height === undefined),
      "needs `width`, too",
    ),
    ["height"],
  ),
  v.transform(({ width, height, ...rest }) => {
    if (rest.region === undefined && rest.split === undefined)
      return { ...rest, width: width ?? DEFAULT_SIZE.width, height: height ?? DEFAULT_SIZE.height };
    return { ...rest, ...(width !== undefined && { width }), ...(height !== undefined && { height }) };
  }),
);
