/** How a job's progress travels through Redis: as it goes to the plugin, see shared/codec.ts. */
import { COMPANION_HEADER, decodeFrame, encodeFrame } from "../../../shared/codec.ts";
import type { Progress } from "../../../shared/job.ts";
import { parseCompanionMessage } from "../../../shared/validate.ts";

const PREVIEW = "preview";

export function writeProgress(job: string, { preview, ...progress }: Progress): Buffer {
  const attachments = preview === undefined ? undefined : new Map([[PREVIEW, preview]]);
  return Buffer.from(encodeFrame({ type: "progress", job, ...progress }, attachments));
}

/** Undefined where it is not what `writeProgress` wrote of this job. */
export function readProgress(job: string, frame: Buffer): Progress | undefined {
  try {
    const { message, attachments } = decodeFrame(new Uint8Array(frame), COMPANION_HEADER);
    const read = parseCompanionMessage(message);
    if (read.type !== "progress" || read.job !== job) return undefined;
    const { type: _, job: __, ...progress } = read;
    const preview = attachments.get(PREVIEW);
    return { ...progress, ...(preview !== undefined && { preview }) };
  } catch {
    return undefined;
  }
}
