/** What a worker says of itself to everybody who shares the queue. It is as much doubted as anything that comes from outside. */
import { createHash } from "node:crypto";
import * as v from "valibot";
import { addOnSchema, deviceSchema, modelSchema, problemSchema } from "../../shared/message-schema.ts";
import type { ProblemData } from "../../shared/problem.ts";
import type { AddOnInfo, DeviceInfo, ModelInfo } from "../../shared/protocol.ts";

/** Something of its library, by what it is made of. */
export interface Offered<I> {
  readonly digest: string;
  readonly info: I;
}

export interface WorkerCard {
  /** What people call it. */
  readonly name: string;
  readonly version: string;
  readonly device?: DeviceInfo;
  readonly problem?: ProblemData;
  readonly contentFilter: "off" | "enforced";
  readonly models: readonly Offered<ModelInfo>[];
  readonly addOns: readonly Offered<AddOnInfo>[];
  /** Jobs that it ended, and whether it works on one now. */
  readonly done: number;
  readonly busy: boolean;
}

const text = v.pipe(v.string(), v.maxLength(200));
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

export const cardSchema = v.strictObject({
  name: text,
  version: text,
  device: v.optional(deviceSchema),
  problem: v.optional(problemSchema),
  contentFilter: v.picklist(["off", "enforced"]),
  models: v.array(v.strictObject({ digest, info: modelSchema })),
  addOns: v.array(v.strictObject({ digest, info: addOnSchema })),
  done: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  busy: v.boolean(),
}) as v.GenericSchema<unknown, WorkerCard>;

/** What a job needs that follows pictures with an adapter that its model's library chooses. */
export const referencesFor = (model: string): string =>
  createHash("sha256").update(`references ${model}`).digest("hex");

/** What jobs may need of a worker that has these. */
export function needsMetBy({ models, addOns }: Pick<WorkerCard, "models" | "addOns">): string[] {
  const references = models.flatMap(({ digest, info }) => (info.references ? [referencesFor(digest)] : []));
  return [...[...models, ...addOns].map((each) => each.digest), ...references];
}
