/** Every message of protocol.ts as a schema, both directions. Unknown fields are refused. */
import * as v from "valibot";
import { driftSchema } from "./drift.ts";
import { type AttachmentInfo, type Facts, MEDIA_TYPES, type Result, STAGES, taskSchema } from "./job.ts";
import { likenessFact } from "./likeness.ts";
import { memoryRungsSchema } from "./memory-rungs.ts";
import { memoryUseSchema } from "./memory-use.ts";
import { PROBLEM_CODES, type ProblemCode } from "./problem.ts";
import type { ClientMessage, CompanionMessage } from "./protocol.ts";
import { nameSchema } from "./request-schema.ts";
import { THRIFTS } from "./thrift.ts";
import { usedModelsSchema } from "./used-model.ts";

const text = v.pipe(v.string(), v.maxLength(100_000));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const seconds = v.pipe(v.number(), v.finite(), v.minValue(0));
const secret = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
/** A point of the curve, see spake2.ts. */
const share = v.pipe(v.string(), v.regex(/^04[0-9a-f]{128}$/));
/** Of a job, chosen by the plugin; of a pairing, see pairing.ts. */
const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
/** "owner/name" on the hub. */
const repo = v.pipe(v.string(), v.regex(/^(?!.*\.\.)\w[\w.-]{0,95}\/\w[\w.-]{0,95}$/));
/** Jobs of one submit. */
const SEEDS = 64;
/** More than any task can name. */
const IMAGES = 200;
const message = <const T extends string, E extends v.ObjectEntries>(type: T, entries: E) =>
  v.strictObject({ type: v.literal(type), ...entries });
const pairingConfirm = message("pairing-confirm", { confirmation: secret });

const keptPicture = v.strictObject({ job: id, at: count, starred: v.boolean(), about: text });
const keptSize = v.picklist(["whole", "small"]);

export const clientMessageSchema: v.GenericSchema<unknown, ClientMessage> = v.variant("type", [
  message("hello", {
    protocol: count,
    build: v.pipe(v.string(), v.maxLength(100)),
    nonce: secret,
    share: v.optional(share),
    pairing: v.optional(id),
    proof: v.optional(secret),
  }),
  pairingConfirm,
  message("pairing-jobs", { jobs: v.pipe(v.array(id), v.maxLength(1000)) }),
  message("submit", {
    task: taskSchema,
    jobs: v.pipe(v.array(v.strictObject({ job: id, seed: v.optional(count) })), v.minLength(1), v.maxLength(SEEDS)),
    images: v.pipe(v.array(v.strictObject({ name: nameSchema, sha256: secret })), v.maxLength(IMAGES)),
    batch: v.optional(v.boolean()),
    fleeting: v.optional(v.boolean()),
  }),
  message("cancel", { job: id, unlessRunning: v.optional(v.boolean()) }),
  message("attach", { job: id }),
  message("acknowledge", { job: id }),
  message("list-models", {}),
  message("thumbnail", { id: nameSchema }),
  message("download", { repo, file: v.optional(nameSchema) }),
  message("cancel-download", { repo }),
  message("list-history", { file: id }),
  message("keep", { file: id, picture: keptPicture }),
  message("kept-picture", { file: id, job: id, size: keptSize }),
  message("forget", { file: id, jobs: v.pipe(v.array(id), v.maxLength(1000)) }),
]);

export const problemSchema = v.strictObject({
  code: v.picklist(Object.keys(PROBLEM_CODES) as ProblemCode[]),
  message: text,
});
export const deviceSchema = v.strictObject({
  provider: v.picklist(["cuda", "webgpu", "dml", "coreml", "cpu"]),
  name: text,
  passedOver: v.array(v.strictObject({ provider: text, reason: text })),
  memory: v.optional(count),
  timesFaster: v.optional(v.pipe(v.number(), v.finite(), v.minValue(1))),
});
const family = { id: text, name: text };
export const modelSchema = v.strictObject({
  id: nameSchema,
  name: text,
  family: v.strictObject({ ...family, like: v.boolean(), refines: v.optional(text) }),
  nativeSize: count,
  sizeMultiple: v.pipe(count, v.minValue(1)),
  maxTokens: count,
  inpainting: v.boolean(),
  references: v.boolean(),
  redux: v.optional(v.strictObject({ id: nameSchema, name: text, licence: text })),
  edits: v.boolean(),
  seesPictures: v.optional(v.boolean()),
  splits: v.optional(v.boolean()),
  seenAs: v.optional(v.strictObject({ area: count, multiple: v.pipe(count, v.minValue(1)), enlarges: v.boolean() })),
  roleSentences: v.optional(v.strictObject({ face: text, outfit: text, style: text, composition: text })),
  asksFirst: v.optional(v.boolean()),
  memory: v.optional(memoryRungsSchema),
  plain: v.optional(v.boolean()),
  controls: v.optional(count),
  follows: v.optional(v.boolean()),
  guidesAbove: v.optional(seconds),
  ignoresNegativePrompt: v.optional(v.boolean()),
  defaults: v.strictObject({
    ...{ steps: count, guidanceScale: seconds, scheduler: text },
    editGuidanceScale: v.optional(seconds),
  }),
  note: v.optional(text),
  licence: v.optional(text),
  provenance: v.optional(v.array(v.strictObject({ name: text, licence: text }))),
  sha256: v.optional(secret),
  suggestions: v.array(text),
  drawsOnlySuggestions: v.optional(v.boolean()),
  editChanges: v.optional(v.array(v.pipe(v.number(), v.finite()))),
  thumbnail: v.boolean(),
});
export const addOnSchema = v.strictObject({
  id: nameSchema,
  name: text,
  kind: v.picklist(["lora", "control", "embedding", "vae", "motion", "upscaler", "matting"]),
  families: v.array(v.strictObject(family)),
  triggerWords: v.array(text),
  tiny: v.optional(v.boolean()),
  controlKind: v.optional(v.picklist(["controlnet", "t2i-adapter", "union"])),
  fills: v.optional(v.boolean()),
  upscaler: v.optional(v.strictObject({ architecture: text, scale: count })),
  motion: v.optional(v.strictObject({ frames: count })),
  matting: v.optional(v.strictObject({ architecture: text })),
  suggestedWeight: v.optional(v.pipe(v.number(), v.finite())),
  licence: v.optional(text),
  sha256: v.optional(secret),
  thumbnail: v.boolean(),
});
const models = {
  models: v.array(modelSchema),
  addOns: v.array(addOnSchema),
  modelProblems: v.array(v.strictObject({ name: text, problem: problemSchema })),
};

const distance = v.pipe(v.number(), v.finite(), v.minValue(0));
const facts: v.GenericSchema<unknown, Facts> = v.strictObject({
  tokens: v.optional(count),
  droppedText: v.optional(text),
  weightBits: v.optional(v.picklist([4, 8])),
  thrift: v.optional(v.picklist(THRIFTS)),
  memory: v.optional(memoryUseSchema),
  likeness: v.optional(likenessFact),
  paletteDistance: v.optional(v.strictObject({ before: distance, after: distance })),
  drift: v.optional(driftSchema),
  models: v.optional(usedModelsSchema),
});
/** What a job brought, without its pictures. */
export const resultSchema: v.GenericSchema<unknown, Result<AttachmentInfo>> = v.strictObject({
  attachments: v.array(
    v.strictObject({ name: nameSchema, mediaType: v.picklist(MEDIA_TYPES), width: count, height: count }),
  ),
  seconds,
  facts,
});

export const companionMessageSchema: v.GenericSchema<unknown, CompanionMessage> = v.variant("type", [
  message("challenge", { protocol: count, nonce: secret }),
  message("pairing-share", { share }),
  pairingConfirm,
  message("welcome", {
    protocol: count,
    version: text,
    proof: secret,
    device: v.optional(deviceSchema),
    modelsFolder: text,
    ...models,
    contentFilter: v.picklist(["off", "enforced"]),
    jobs: v.array(id),
  }),
  message("refused", { problem: problemSchema }),
  message("models", models),
  message("thumbnail", { id: nameSchema }),
  message("downloads", {
    downloads: v.array(
      v.strictObject({
        repo,
        state: v.picklist(["running", "failed"]),
        done: count,
        total: count,
        problem: v.optional(problemSchema),
      }),
    ),
    recommended: v.array(
      v.strictObject({
        repo,
        kind: v.picklist(["model", "reference", "lora", "control", "vae", "motion", "upscaler", "matting"]),
        name: text,
        family: text,
        goodFor: text,
        bytes: count,
        memoryBytes: count,
        licence: text,
        commercialUse: v.picklist(["allowed", "limited", "forbidden"]),
        installed: v.boolean(),
      }),
    ),
  }),
  message("engine", { device: v.optional(deviceSchema), problem: v.optional(problemSchema) }),
  message("queued", { job: id, ahead: count }),
  message("missing", { jobs: v.array(id), images: v.array(nameSchema) }),
  message("progress", {
    job: id,
    stage: v.picklist(STAGES),
    step: count,
    of: count,
    secondsLeft: v.optional(seconds),
    quietSeconds: v.optional(seconds),
    silentSeconds: v.optional(seconds),
    memory: v.optional(memoryUseSchema),
  }),
  message("done", { job: id, task: taskSchema, result: resultSchema }),
  message("failed", { job: id, problem: problemSchema }),
  message("cancelled", { job: id }),
  message("rejected", { job: v.optional(id), problem: problemSchema }),
  message("history", { file: id, pictures: v.array(keptPicture) }),
  message("kept", { job: id }),
  message("kept-picture", { job: id, size: keptSize }),
]);
