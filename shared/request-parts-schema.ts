/** The parts of a request as schemas, and the ranges of all its numbers. */
import * as v from "valibot";
import { HEX_COLOR } from "./color/srgb.ts";
import { MOST_REFERENCES } from "./most-references.ts";
import { BLOCK_CHOICES, COMBINATIONS, PREPROCESSOR_NAMES, type SchedulerChoice } from "./request.ts";
import { closestSchedulerName, namedScheduler, SCHEDULE_LABELS, scheduleSettings } from "./scheduler-names.ts";
import { outOfRange } from "./scheduler-ranges.ts";

/** The ranges of a request, in the units of request.ts. */
export const REQUEST_LIMITS = {
  promptCharacters: 4000,
  side: { min: 8, max: 4096, multipleOf: 8 },
  steps: { min: 1, max: 150 },
  guidanceScale: { min: 0, max: 50 },
  /** Pixels that SDXL is told of. */
  toldSide: { min: 0, max: 16384 },
  aestheticScore: { min: 0, max: 10 },
  /** Also of the images that share one attention, and of all images together. */
  references: MOST_REFERENCES,
  referenceWeight: { min: 0, max: 2 },
  blockScale: { min: -2, max: 2 },
  blockEntries: 16,
  controls: 4,
  controlWeight: { min: 0, max: 2 },
  cannyThreshold: { min: 0, max: 10000 },
  loras: 32,
  loraWeight: { min: -10, max: 10 },
  embeddings: 64,
  tokenCharacters: 200,
  clipSkip: { min: 0, max: 12 },
  cacheInterval: { min: 2, max: 20 },
  cacheBranch: { min: 0, max: 11 },
  paletteColors: 32,
  /** Pixels. */
  maskReach: { min: 0, max: 512 },
  /** Pixels of a source. */
  calmPlace: { min: -16_384, max: 16_384 },
  calmAreas: 8,
  schedulerSettings: 64,
  schedulerNameCharacters: 100,
  timestep: { min: 0, max: 100_000 },
  schedulerListLength: 2000,
  nameCharacters: 4096,
} as const;

export const between = ({ min, max }: { min: number; max: number }) =>
  v.pipe(v.number(), v.finite(), v.minValue(min), v.maxValue(max));
export const wholeBetween = (range: { min: number; max: number }) => v.pipe(between(range), v.safeInteger());
export const share = between({ min: 0, max: 1 });
export const prompt = v.pipe(v.string(), v.maxLength(REQUEST_LIMITS.promptCharacters));
/** An id, an attachment's name or a path. */
export const nameSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(REQUEST_LIMITS.nameCharacters));
export const side = v.pipe(wholeBetween(REQUEST_LIMITS.side), v.multipleOf(REQUEST_LIMITS.side.multipleOf));

const setting = v.union([
  v.string(),
  v.pipe(v.number(), v.finite()),
  v.boolean(),
  v.null(),
  v.pipe(v.array(v.pipe(v.number(), v.finite())), v.maxLength(REQUEST_LIMITS.schedulerListLength)),
]);
const schedulerName = v.optional(v.pipe(v.string(), v.maxLength(REQUEST_LIMITS.schedulerNameCharacters)));
/**
 * diffusers' own setting names pass through; which of them a scheduler knows, the scheduler says. Names are read here:
 * behind this point there is only the registry's own, with the settings that a name stands for unless they are given.
 */
export const scheduler: v.GenericSchema<unknown, SchedulerChoice> = v.pipe(
  v.objectWithRest({ name: schedulerName, schedule: schedulerName }, v.optional(setting)),
  v.maxEntries(REQUEST_LIMITS.schedulerSettings),
  v.check(
    (settings) => outOfRange(settings) === undefined,
    ({ input }) => `sets what is out of range: ${outOfRange(input)}`,
  ),
  v.forward(
    v.check(
      ({ name }) => name === undefined || namedScheduler(name) !== undefined,
      ({ input: { name = "" } }) =>
        `is no scheduler that is known here: received ${JSON.stringify(name)}, and the closest is "${closestSchedulerName(name)}"`,
    ),
    ["name"],
  ),
  v.forward(
    v.check(
      ({ schedule }) => schedule === undefined || scheduleSettings(schedule) !== undefined,
      ({ input: { schedule } }) => `must be one of ${SCHEDULE_LABELS.join(", ")}: received ${JSON.stringify(schedule)}`,
    ),
    ["schedule"],
  ),
  v.forward(
    v.check(
      ({ name, schedule }) => name === undefined || namedScheduler(name, schedule) !== undefined,
      ({ input: { name, schedule } }) =>
        `must be left out: "${name}" cannot be combined with ${JSON.stringify(schedule)}`,
    ),
    ["schedule"],
  ),
  v.transform(({ name, schedule, ...settings }) => {
    const named = name === undefined ? scheduleSettings(schedule ?? "Automatic") : namedScheduler(name, schedule);
    return { ...named, ...settings };
  }),
);

export const ownList = v.pipe(
  v.array(between(REQUEST_LIMITS.timestep)),
  v.minLength(1),
  v.maxLength(REQUEST_LIMITS.steps.max + 1),
);

const blockScale = between(REQUEST_LIMITS.blockScale);
const blockScales = v.union(
  [
    blockScale,
    v.pipe(
      v.record(
        v.pipe(v.string(), v.regex(/^block_\d$/, "must be named block_0, block_1, …")),
        v.union([blockScale, v.pipe(v.array(blockScale), v.minLength(1), v.maxLength(REQUEST_LIMITS.blockEntries))]),
      ),
      v.maxEntries(REQUEST_LIMITS.blockEntries),
    ),
  ],
  "must be a number or {block_0: …}",
);
const blocks = v.union(
  [
    v.picklist(BLOCK_CHOICES),
    v.strictObject({ down: v.optional(blockScales), mid: v.optional(blockScale), up: v.optional(blockScales) }),
  ],
  `must be one of ${BLOCK_CHOICES.join(", ")}, or {down, mid, up}`,
);

export const reference = v.pipe(
  v.strictObject({
    image: v.union(
      [nameSchema, v.pipe(v.array(nameSchema), v.minLength(1), v.maxLength(REQUEST_LIMITS.references))],
      `must be an image's name, or a list of up to ${REQUEST_LIMITS.references}`,
    ),
    combine: v.optional(v.picklist(COMBINATIONS)),
    weight: v.optional(between(REQUEST_LIMITS.referenceWeight), 1),
    start: v.optional(share, 0),
    end: v.optional(share, 1),
    mask: v.optional(nameSchema),
    blocks: v.optional(blocks),
    adapter: v.optional(nameSchema),
    imageEncoder: v.optional(nameSchema),
  }),
  v.forward(
    v.check(({ start, end }) => start < end, "must be greater than `start`"),
    ["end"],
  ),
);

export const interval = v.pipe(
  v.strictObject({ start: v.optional(share, 0), end: v.optional(share, 1) }),
  v.forward(
    v.check(({ start, end }) => start < end, "must be greater than `start`"),
    ["end"],
  ),
);

export const numberFormat = v.picklist([4, 8, "int8"]);

export const deepCache = v.strictObject({
  interval: wholeBetween(REQUEST_LIMITS.cacheInterval),
  branch: v.optional(wholeBetween(REQUEST_LIMITS.cacheBranch), 0),
});

export const palette = v.strictObject({
  colors: v.pipe(
    v.array(
      v.pipe(
        v.string(),
        v.check((color) => HEX_COLOR.test(color), "must be a colour such as “#0d99ff”"),
      ),
    ),
    v.minLength(1),
    v.maxLength(REQUEST_LIMITS.paletteColors),
  ),
  strength: v.optional(share, 1),
});

export const lora = v.strictObject({
  model: nameSchema,
  weight: v.optional(between(REQUEST_LIMITS.loraWeight), 1),
  textEncoderWeight: v.optional(between(REQUEST_LIMITS.loraWeight)),
});

const token = v.pipe(v.string(), v.minLength(1), v.maxLength(REQUEST_LIMITS.tokenCharacters));
export const embedding = v.strictObject({ model: nameSchema, token: v.optional(token) });

const threshold = between(REQUEST_LIMITS.cannyThreshold);
const preprocessor = v.union(
  [
    v.picklist(PREPROCESSOR_NAMES),
    v.strictObject({ name: v.literal("canny"), low: v.optional(threshold, 100), high: v.optional(threshold, 200) }),
  ],
  `must be one of ${PREPROCESSOR_NAMES.join(", ")}, or {name: "canny", low, high}`,
);

export const control = v.pipe(
  v.strictObject({
    image: nameSchema,
    model: nameSchema,
    weight: v.optional(between(REQUEST_LIMITS.controlWeight), 1),
    start: v.optional(share, 0),
    end: v.optional(share, 1),
    mode: v.optional(v.picklist(["balanced", "guess"]), "balanced"),
    preprocessor: v.optional(preprocessor),
  }),
  v.forward(
    v.check(({ start, end }) => start < end, "must be greater than `start`"),
    ["end"],
  ),
);

export const sceneText = v.strictObject({
  image: nameSchema,
  strength: v.optional(share, 0.75),
  end: v.optional(
    v.pipe(
      share,
      v.check((end) => end > 0, "must be above 0"),
    ),
    1,
  ),
});

const toldSide = wholeBetween(REQUEST_LIMITS.toldSide);
const pictureSize = v.optional(v.strictObject({ width: toldSide, height: toldSide }));
const cropCorner = v.optional(v.strictObject({ top: toldSide, left: toldSide }));
const aestheticScore = v.optional(between(REQUEST_LIMITS.aestheticScore));

export const microConditioning = v.strictObject({
  originalSize: pictureSize,
  cropTopLeft: cropCorner,
  targetSize: pictureSize,
  negativeOriginalSize: pictureSize,
  negativeCropTopLeft: cropCorner,
  negativeTargetSize: pictureSize,
  aestheticScore,
  negativeAestheticScore: aestheticScore,
});

export const refiner = v.strictObject({
  model: nameSchema,
  start: v.pipe(
    v.number(),
    v.check((start) => start > 0 && start < 1, "must be above 0 and below 1"),
  ),
});
