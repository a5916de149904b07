/**
 * One message ↔ one binary frame, as protocol.ts describes it. Works in the browser and in Node, knows nothing of what the
 * messages mean (validate.ts does), and decodes strictly: a frame is exactly what its header says, or it is refused.
 */
import { JsonLimitError, parseJson } from "./json-text.ts";
import { Problem } from "./problem.ts";
import { type Envelope, MAX_FRAME_BYTES } from "./protocol.ts";

/** What a reader takes of a frame's JSON header. */
export interface HeaderLimits {
  readonly bytes: number;
  readonly values: number;
}
/** From the companion: the list of thousands of add-ons has a few million bytes. */
export const COMPANION_HEADER: HeaderLimits = { bytes: 16 * 1024 * 1024, values: 2_000_000 };
/** From a plugin that has proven itself: a request is a few kilobytes. */
export const CLIENT_HEADER: HeaderLimits = { bytes: 512 * 1024, values: 20_000 };
/** From whoever is there, before that. */
export const STRANGER_HEADER: HeaderLimits = { bytes: 4 * 1024, values: 100 };
/** No message is nested as deeply. */
const MAX_DEPTH = 32;
/** Attachments of one frame. */
export const MAX_ATTACHMENTS = 32;

const PREFIX_BYTES = 4;
const NO_ATTACHMENTS: ReadonlyMap<string, Uint8Array> = new Map();

/** Throws Problem "frame-too-large" when the whole is more than `MAX_FRAME_BYTES`. */
export function encodeFrame(message: object, attachments = NO_ATTACHMENTS): Uint8Array<ArrayBuffer> {
  const sizes = [...attachments].map(([name, bytes]) => [name, bytes.length]);
  const header = new TextEncoder().encode(JSON.stringify({ message, attachments: sizes }));
  let length = PREFIX_BYTES + header.length;
  for (const bytes of attachments.values()) length += bytes.length;
  if (length > MAX_FRAME_BYTES || header.length > COMPANION_HEADER.bytes) throw tooLarge(length);

  const frame = new Uint8Array(length);
  new DataView(frame.buffer).setUint32(0, header.length, true);
  frame.set(header, PREFIX_BYTES);
  let offset = PREFIX_BYTES + header.length;
  for (const bytes of attachments.values()) {
    frame.set(bytes, offset);
    offset += bytes.length;
  }
  return frame;
}

/**
 * The message is still unknown: `parseClientMessage` or `parseCompanionMessage` comes next. The attachments are views of
 * `frame`, not copies. `limits`: those of who sent it. Throws Problem "frame-too-large" or "frame-invalid".
 */
export function decodeFrame(frame: Uint8Array, limits: HeaderLimits): Envelope<unknown> {
  if (frame.length > MAX_FRAME_BYTES) throw tooLarge(frame.length);
  if (frame.length < PREFIX_BYTES) throw invalid(`it has ${frame.length} bytes`);
  const headerLength = new DataView(frame.buffer, frame.byteOffset).getUint32(0, true);
  if (headerLength > limits.bytes)
    throw invalid(`its header has ${headerLength} bytes, and at most ${limits.bytes} are read`);
  if (headerLength > frame.length - PREFIX_BYTES) throw invalid("it ends inside its header");

  const header = parseHeader(frame.subarray(PREFIX_BYTES, PREFIX_BYTES + headerLength), limits);
  const attachments = new Map<string, Uint8Array>();
  let offset = PREFIX_BYTES + headerLength;
  for (const [name, length] of header.attachments) {
    if (attachments.has(name)) throw invalid(`the attachment "${name}" comes twice`);
    if (length > frame.length - offset) throw invalid(`it ends inside the attachment "${name}"`);
    attachments.set(name, new Uint8Array(frame.buffer, frame.byteOffset + offset, length));
    offset += length;
  }
  if (offset !== frame.length) throw invalid(`${frame.length - offset} bytes follow its end`);
  return { message: header.message, attachments };
}

function parseHeader(
  bytes: Uint8Array,
  { values }: HeaderLimits,
): { message: unknown; attachments: [string, number][] } {
  let header: unknown;
  try {
    header = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes), { depth: MAX_DEPTH, values });
  } catch (error) {
    throw invalid(`its header ${error instanceof JsonLimitError ? error.message : "is not JSON"}`, error);
  }
  if (!isRecord(header) || Object.keys(header).sort().join() !== "attachments,message")
    throw invalid("its header is not { message, attachments }");
  const { message, attachments } = header;
  if (!Array.isArray(attachments) || attachments.length > MAX_ATTACHMENTS || !attachments.every(isAttachment))
    throw invalid("its list of attachments is not valid");
  return { message, attachments };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isAttachment = (value: unknown): value is [string, number] =>
  Array.isArray(value) &&
  value.length === 2 &&
  typeof value[0] === "string" &&
  value[0].length > 0 &&
  value[0].length <= 200 &&
  Number.isSafeInteger(value[1]) &&
  value[1] >= 0;

const invalid = (detail: string, cause?: unknown) =>
  new Problem("frame-invalid", `A message between plugin and companion could not be understood: ${detail}.`, { cause });

const tooLarge = (length: number) =>
  new Problem(
    "frame-too-large",
    `A message of ${Math.ceil(length / 2 ** 20)} MB is larger than the limit of ${MAX_FRAME_BYTES / 2 ** 20} MB: use a smaller picture.`,
  );
