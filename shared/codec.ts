/**
 * One message ↔ one binary frame, as protocol.ts describes it. Works in the browser and in Node, knows nothing of what the
 * messages mean (validate.ts does), and decodes strictly: a frame is exactly what its header says, or it is refused.
 */
import { JsonLimitError, parseJson } from "./json-text.ts";
import { Problem } from "./problem.ts";
import { type Envelope, MAX_FRAME_BYTES, PIECE_BYTES } from "./protocol.ts";

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

/** The parts that follow one another in a frame. Throws Problem "frame-too-large" when the whole is more than `MAX_FRAME_BYTES`. */
export function frameParts(message: object, attachments = NO_ATTACHMENTS): readonly [Uint8Array, ...Uint8Array[]] {
  const sizes = [...attachments].map(([name, bytes]) => [name, bytes.length]);
  const header = new TextEncoder().encode(JSON.stringify({ message, attachments: sizes }));
  const length = PREFIX_BYTES + header.length + total(attachments.values());
  if (length > MAX_FRAME_BYTES || header.length > COMPANION_HEADER.bytes) throw tooLarge(length);
  const first = new Uint8Array(PREFIX_BYTES + header.length);
  new DataView(first.buffer).setUint32(0, header.length, true);
  first.set(header, PREFIX_BYTES);
  return [first, ...attachments.values()];
}

/** A frame in one piece of memory. Throws as `frameParts` does. */
export function encodeFrame(message: object, attachments = NO_ATTACHMENTS): Uint8Array<ArrayBuffer> {
  const parts = frameParts(message, attachments);
  const frame = new Uint8Array(total(parts));
  let offset = 0;
  for (const part of parts) {
    frame.set(part, offset);
    offset += part.length;
  }
  return frame;
}

/** A frame as the plugin sends it: WebSocket messages, one after the other. */
export function* piecesOf(frame: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>> {
  let offset = 0;
  for (; frame.length - offset >= PIECE_BYTES; offset += PIECE_BYTES)
    yield frame.subarray(offset, offset + PIECE_BYTES);
  yield frame.subarray(offset);
}

/**
 * The message is still unknown: `parseClientMessage` or `parseCompanionMessage` comes next. The attachments are views of
 * `frame`, not copies. `limits`: those of who sent it. Throws Problem "frame-too-large" or "frame-invalid".
 */
export function decodeFrame(frame: Uint8Array, limits: HeaderLimits): Envelope<unknown> {
  if (frame.length > MAX_FRAME_BYTES) throw tooLarge(frame.length);
  const { message, sizes, length } = readHeader(frame, limits);
  const attachments = new Map<string, Uint8Array>();
  let offset = length;
  for (const [name, size] of sizes) {
    if (size > frame.length - offset) throw invalid(`it ends inside the attachment "${name}"`);
    attachments.set(name, new Uint8Array(frame.buffer, frame.byteOffset + offset, size));
    offset += size;
  }
  if (offset !== frame.length) throw invalid(`${frame.length - offset} bytes follow its end`);
  return { message, attachments };
}

export interface FrameHeader {
  readonly message: unknown;
  /** Of the attachments, by name, in bytes. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Bytes that it takes itself, with the four before it. */
  readonly length: number;
}

/** What `bytes`, a frame or its beginning, begin with. Throws Problem "frame-invalid"; "frame-too-large" for the whole frame. */
export function readHeader(bytes: Uint8Array, limits: HeaderLimits): FrameHeader {
  if (bytes.length < PREFIX_BYTES) throw invalid(`it has ${bytes.length} bytes`);
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (headerLength > limits.bytes)
    throw invalid(`its header has ${headerLength} bytes, and at most ${limits.bytes} are read`);
  if (headerLength > bytes.length - PREFIX_BYTES) throw invalid("it ends inside its header");
  const length = PREFIX_BYTES + headerLength;
  const header = parseHeader(bytes.subarray(PREFIX_BYTES, length), limits);
  const sizes = new Map<string, number>();
  let whole = length;
  for (const [name, size] of header.attachments) {
    if (sizes.has(name)) throw invalid(`the attachment "${name}" comes twice`);
    sizes.set(name, size);
    whole += size;
  }
  if (whole > MAX_FRAME_BYTES) throw tooLarge(whole);
  return { message: header.message, sizes, length };
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

function total(parts: Iterable<Uint8Array>): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

export const invalid = (detail: string, cause?: unknown) =>
  new Problem("frame-invalid", `A message between plugin and companion could not be understood: ${detail}.`, { cause });

const tooLarge = (length: number) =>
  new Problem(
    "frame-too-large",
    `A message of ${Math.ceil(length / 2 ** 20)} MB is larger than the limit of ${MAX_FRAME_BYTES / 2 ** 20} MB: use a smaller picture.`,
  );
