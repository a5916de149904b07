/** What of a job is stored as text, and back. */
import * as v from "valibot";
import { type AttachmentInfo, type JobEnd, type Result, type Task, taskSchema } from "../../shared/job.ts";
import { problemSchema, resultSchema } from "../../shared/message-schema.ts";
import type { ModelName, NewJob } from "./job-queue.ts";

/** What is written down of a job: what a worker needs, and whose turn it takes. */
export interface JobContent extends Pick<NewJob, "person" | "batch" | "fleeting"> {
  readonly task: Task;
  readonly models: readonly ModelName[];
}

const contentSchema = v.strictObject({
  task: taskSchema,
  models: v.array(v.strictObject({ id: v.string(), digest: v.optional(v.string()) })),
  person: v.optional(v.string()),
  batch: v.optional(v.boolean()),
  fleeting: v.optional(v.boolean()),
});

export const writeContent = ({ task, models, person, batch, fleeting }: JobContent): string =>
  JSON.stringify({
    ...{ task, models },
    ...(person !== undefined && { person }),
    ...(batch && { batch }),
    ...(fleeting && { fleeting }),
  });

/** Throws where it is not what `writeContent` wrote. */
export const readContent = (text: string): JobContent => v.parse(contentSchema, JSON.parse(text)) as JobContent;

/** Without the pictures. */
export function writeEnd(end: JobEnd): string {
  if (end.state === "done") {
    const attachments = end.result.attachments.map(({ bytes: _, ...info }): AttachmentInfo => info);
    return JSON.stringify({ ...end.result, attachments });
  }
  return JSON.stringify(end.state === "failed" ? end.problem : {});
}

export type StoredEnd =
  | { readonly state: "done"; readonly result: Result<AttachmentInfo> }
  | Exclude<JobEnd, { readonly state: "done" }>;

/** Throws where it is not what `writeEnd` wrote. */
export function readEnd(state: JobEnd["state"], text: string): StoredEnd {
  if (state === "cancelled") return { state };
  const ending = JSON.parse(text);
  if (state === "done") return { state, result: v.parse(resultSchema, ending) };
  return { state, problem: v.parse(problemSchema, ending) };
}
