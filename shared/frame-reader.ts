import { type HeaderLimits, invalid, readHeader } from "./codec.ts";
import { type Envelope, PIECE_BYTES } from "./protocol.ts";

interface Begun extends Envelope<unknown> {
  /** Where the next bytes belong. */
  readonly holes: { readonly name: string; readonly bytes: Uint8Array; filled: number }[];
}

/**
 * Puts the pieces together in which a plugin sends a frame (protocol.ts). Each piece is copied to its place when it comes, so
 * that no more than that is done at a time, and each attachment has memory of its own, which may be handed on.
 */
export class FrameReader {
  #begun: Begun | undefined;
  /** The frame was refused: the rest of it is passed over. */
  #refused = false;

  /**
   * The message, still unknown, where `piece` ends a frame. `limits`: of who sends it. Throws Problem "frame-too-large" or
   * "frame-invalid", once for each frame; the next frame is read all the same.
   */
  read(piece: Uint8Array, limits: HeaderLimits): Envelope<unknown> | undefined {
    const isLast = piece.length < PIECE_BYTES;
    const refused = this.#refused;
    this.#refused = !isLast;
    if (refused) return undefined;
    const begun = this.#take(piece, limits);
    this.#refused = false;
    this.#begun = isLast ? undefined : begun;
    if (!isLast) return undefined;
    const [hole] = begun.holes;
    if (hole !== undefined) throw invalid(`it ends inside the attachment "${hole.name}"`);
    return { message: begun.message, attachments: begun.attachments };
  }

  #take(piece: Uint8Array, limits: HeaderLimits): Begun {
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun !== undefined) return fill(begun, piece);
    const { message, sizes, length } = readHeader(piece, limits);
    const attachments = new Map([...sizes].map(([name, size]) => [name, new Uint8Array(size)]));
    const holes = [...attachments].filter(([, { length }]) => length > 0);
    return fill(
      { message, attachments, holes: holes.map(([name, bytes]) => ({ name, bytes, filled: 0 })) },
      piece.subarray(length),
    );
  }
}

function fill(begun: Begun, piece: Uint8Array): Begun {
  let offset = 0;
  for (let hole = begun.holes[0]; hole !== undefined && offset < piece.length; hole = begun.holes[0]) {
    const part = piece.subarray(offset, offset + hole.bytes.length - hole.filled);
    hole.bytes.set(part, hole.filled);
    hole.filled += part.length;
    offset += part.length;
    if (hole.filled === hole.bytes.length) begun.holes.shift();
  }
  if (offset < piece.length) throw invalid(`${piece.length - offset} bytes follow its end`);
  return begun;
}
