/**
 * What the companion is asked to do, how it fares and what comes of it: one spelling for the wire, the queue, the engine and
 * the plugin. A new kind of task is a member of `Task`, a row of `TASKS`, and a row of the engine's table of runners; the
 * compiler asks for both rows.
 */
import * as v from "valibot";
import type { Drift } from "./drift.ts";
import { type EnlargeRequest, enlargeSchema } from "./enlarge.ts";
import { imageRefs } from "./image-refs.ts";
import { type LikenessFact, type LikenessRequest, likenessSchema } from "./likeness.ts";
import { type MatteRequest, matteSchema } from "./matte.ts";
import type { MemoryUse } from "./memory-use.ts";
import { modelRefs, renameModels } from "./model-refs.ts";
import type { ProblemData } from "./problem.ts";
import type { GenerateRequest } from "./request.ts";
import { requestSchema } from "./request-schema.ts";
import type { Thrift } from "./thrift.ts";
import type { UsedModel } from "./used-model.ts";

/** One picture. */
export interface GenerateTask {
  readonly kind: "generate";
  readonly request: GenerateRequest;
}

/** A picture made larger. */
export interface EnlargeTask {
  readonly kind: "enlarge";
  readonly request: EnlargeRequest;
}

/** A picture without its ground. */
export interface MatteTask {
  readonly kind: "matte";
  readonly request: MatteRequest;
}

/** How much pictures are like a character; brings numbers, and no picture. */
export interface LikenessTask {
  readonly kind: "likeness";
  readonly request: LikenessRequest;
}

export type Task = GenerateTask | EnlargeTask | MatteTask | LikenessTask;
export type TaskKind = Task["kind"];
export type TaskOf<K extends TaskKind> = Extract<Task, { readonly kind: K }>;

interface TaskRow<K extends TaskKind> {
  readonly schema: v.GenericSchema<unknown, TaskOf<K>>;
  /** The images that it takes along, by name, each once. */
  images(task: TaskOf<K>): readonly string[];
  /** The models and add-ons that it names, by their ids, each once, the one that it is about first. */
  models(task: TaskOf<K>): readonly string[];
  /** The same task with other names for them. */
  withModels(task: TaskOf<K>, rename: (id: string) => string): TaskOf<K>;
  /** True where it follows pictures, with an adapter that it leaves to the library to choose. */
  needsReferences(task: TaskOf<K>): boolean;
  /** The same task with another seed: one of several that are submitted together. */
  withSeed(task: TaskOf<K>, seed: number): TaskOf<K>;
  /** The same task, but that what it draws passes its model's content filter. */
  withContentFilter(task: TaskOf<K>): TaskOf<K>;
  /** What its result brings: the names of the attachments. */
  readonly attachments: readonly string[];
  /** True where its answer is of use only to the client that asked: it ends when that one leaves. */
  readonly endsWithClient: boolean;
}

/** The picture that a task brings; a GIF where it moves. */
export const PICTURE = "image";

export const TASKS: { readonly [K in TaskKind]: TaskRow<K> } = {
  generate: {
    schema: v.strictObject({ kind: v.literal("generate"), request: requestSchema }),
    images: ({ request }) => imageRefs(request),
    models: ({ request }) => modelRefs(request),
    withModels: (task, rename) => ({ ...task, request: renameModels(task.request, rename) }),
    needsReferences: ({ request }) =>
      request.region?.surroundings !== undefined || request.references.some(({ adapter }) => adapter === undefined),
    withSeed: (task, seed) => ({ ...task, request: { ...task.request, seed } }),
    withContentFilter: (task) => ({ ...task, request: { ...task.request, contentFilter: true } }),
    attachments: [PICTURE],
    endsWithClient: false,
  },
  enlarge: {
    schema: v.strictObject({ kind: v.literal("enlarge"), request: enlargeSchema }),
    images: ({ request: { image, mask } }) => (mask === undefined || mask === image ? [image] : [image, mask]),
    models: ({ request: { upscaler, detail } }) => [
      ...(upscaler === undefined ? [] : [upscaler]),
      ...(detail ? [detail.model] : []),
    ],
    withModels: (task, rename) => {
      const { upscaler, detail } = task.request;
      const renamed = {
        ...(upscaler !== undefined && { upscaler: rename(upscaler) }),
        ...(detail && { detail: { ...detail, model: rename(detail.model) } }),
      };
      return { ...task, request: { ...task.request, ...renamed } };
    },
    needsReferences: () => false,
    withSeed: (task, seed) => {
      const { detail } = task.request;
      return detail ? { ...task, request: { ...task.request, detail: { ...detail, seed } } } : task;
    },
    withContentFilter: (task) => {
      const { detail } = task.request;
      return detail ? { ...task, request: { ...task.request, detail: { ...detail, contentFilter: true } } } : task;
    },
    attachments: [PICTURE],
    endsWithClient: false,
  },
  matte: {
    schema: v.strictObject({ kind: v.literal("matte"), request: matteSchema }),
    images: ({ request }) => [request.image],
    models: ({ request }) => [request.model],
    withModels: (task, rename) => ({ ...task, request: { ...task.request, model: rename(task.request.model) } }),
    needsReferences: () => false,
    withSeed: (task) => task,
    // It draws nothing.
    withContentFilter: (task) => task,
    attachments: [PICTURE],
    endsWithClient: false,
  },
  likeness: {
    schema: v.strictObject({ kind: v.literal("likeness"), request: likenessSchema }),
    images: ({ request: { pictures, references } }) => [...new Set([...references, ...pictures])],
    models: ({ request }) => [request.model],
    withModels: (task, rename) => ({ ...task, request: { ...task.request, model: rename(task.request.model) } }),
    needsReferences: () => false,
    withSeed: (task) => task,
    // It draws nothing.
    withContentFilter: (task) => task,
    attachments: [],
    endsWithClient: true,
  },
};

export const taskSchema: v.GenericSchema<unknown, Task> = v.variant(
  "kind",
  Object.values(TASKS).map(({ schema }) => schema) as never,
);

/** A part of the work. */
export const STAGES = ["loading", "encoding", "denoising", "decoding"] as const;
export type Stage = (typeof STAGES)[number];

/** How far a running job is. */
export interface Progress {
  readonly stage: Stage;
  /** 0 … of. */
  readonly step: number;
  readonly of: number;
  readonly secondsLeft?: number;
  /** The engine works, but has had nothing to report for so many seconds: longer than expected. */
  readonly quietSeconds?: number;
  /** The engine has given no sign of life for so many seconds. If that goes on it is started anew. */
  readonly silentSeconds?: number;
  /** What its model takes of the memory there is, once that is known. */
  readonly memory?: MemoryUse;
  /** A small PNG. */
  readonly preview?: Uint8Array;
}

export const MEDIA_TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"] as const;

/** Of an attachment, without its bytes. */
export interface AttachmentInfo {
  readonly name: string;
  readonly mediaType: (typeof MEDIA_TYPES)[number];
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

export interface Attachment extends AttachmentInfo {
  readonly bytes: Uint8Array;
}

/** How far colours are from the nearest ones of a palette, ΔE2000, the mean over the pixels: before they were moved to it, and after. */
export interface PaletteDistance {
  readonly before: number;
  readonly after: number;
}

/** What is worth knowing about how a result came about. */
export interface Facts {
  /** Of the prompt, and the text that did not fit. */
  readonly tokens?: number;
  readonly droppedText?: string;
  /** Of the denoiser's weights, where they were narrowed: the request asked for it, or the memory is short. */
  readonly weightBits?: 4 | 8;
  /** The last of the measures that it took for the picture to fit into memory. */
  readonly thrift?: Thrift;
  /** What it took of the memory there is: measured where that can be, else planned. */
  readonly memory?: MemoryUse;
  /** Of pictures that were judged. */
  readonly likeness?: LikenessFact;
  /** Of a picture that was brought to a palette. */
  readonly paletteDistance?: PaletteDistance;
  /** Of a picture that was changed as a whole: how it drifted from the one before, and what was done about it. */
  readonly drift?: Drift;
  /** What it was made with, the model first. */
  readonly models?: readonly UsedModel[];
}

/** `A`: with the bytes, or without them. */
export interface Result<A extends AttachmentInfo = Attachment> {
  readonly attachments: readonly A[];
  /** How long the attempt that made it ran. */
  readonly seconds: number;
  readonly facts: Facts;
}

/** How a job ended. */
export type JobEnd =
  | { readonly state: "done"; readonly result: Result }
  | { readonly state: "failed"; readonly problem: ProblemData }
  | { readonly state: "cancelled" };

/** What the owner of a job is told about it. */
export type JobEvent =
  /** `ahead` = jobs that run before it. */
  | { readonly type: "queued"; readonly ahead: number }
  | { readonly type: "progress"; readonly progress: Progress }
  /** `task` as it was done, with every default filled in. */
  | { readonly type: "done"; readonly task: Task; readonly result: Result }
  | { readonly type: "failed"; readonly problem: ProblemData }
  | { readonly type: "cancelled" };

const row = <K extends TaskKind>(kind: K): TaskRow<TaskKind> => TASKS[kind] as TaskRow<TaskKind>;

export const endsWithClient = (task: Task): boolean => row(task.kind).endsWithClient;
export const imagesOf = (task: Task): readonly string[] => row(task.kind).images(task);
export const modelsOf = (task: Task): readonly string[] => row(task.kind).models(task);
export const withModels = (task: Task, rename: (id: string) => string): Task => row(task.kind).withModels(task, rename);
export const needsReferences = (task: Task): boolean => row(task.kind).needsReferences(task);
export const withContentFilter = (task: Task): Task => row(task.kind).withContentFilter(task);
export const withSeed = (task: Task, seed: number): Task => row(task.kind).withSeed(task, seed);
