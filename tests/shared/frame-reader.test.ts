import { CLIENT_HEADER, encodeFrame, piecesOf } from "../../shared/codec.ts";
import { FrameReader } from "../../shared/frame-reader.ts";
import { MAX_FRAME_BYTES, PIECE_BYTES } from "../../shared/protocol.ts";

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => i % 251);
const code = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};
/** The attachments of a frame of exactly so many bytes. */
function attachmentsFor(length: number): ReadonlyMap<string, Uint8Array> {
  const attachments = new Map([["x", bytes(100_000)]]);
  for (let rest = 800_000, missing = 1; missing !== 0; rest += missing) {
    attachments.set("y", bytes(rest));
    missing = length - encodeFrame({ a: 1 }, attachments).length;
  }
  return attachments;
}

test.each([
  ["one byte less than a piece", PIECE_BYTES - 1, 1],
  ["exactly a piece, which an empty one ends", PIECE_BYTES, 2],
  ["one byte more", PIECE_BYTES + 1, 2],
  ["exactly three", 3 * PIECE_BYTES, 4],
])("a frame of %s arrives as it was", (_, length, count) => {
  const attachments = attachmentsFor(length);
  const frame = encodeFrame({ a: 1 }, attachments);
  const pieces = [...piecesOf(frame)];
  expect([frame.length, pieces.length]).toEqual([length, count]);
  const reader = new FrameReader();
  const read = pieces.map((piece) => reader.read(piece, CLIENT_HEADER));
  expect(read.slice(0, -1).every((each) => each === undefined)).toBe(true);
  const { message, attachments: found } = read.at(-1)!;
  expect(message).toEqual({ a: 1 });
  expect([...found.keys()]).toEqual([...attachments.keys()]);
  for (const [name, sent] of attachments) {
    expect(Buffer.compare(found.get(name)!, sent)).toBe(0);
    // Its own memory, which may be handed to another thread.
    expect(found.get(name)!.buffer.byteLength).toBe(sent.length);
  }
});

test("a frame that is refused is passed over to its end, and the next one is read", () => {
  const reader = new FrameReader();
  const [first, second] = [...piecesOf(encodeFrame({}, new Map([["x", bytes(1.5 * PIECE_BYTES)]])))];
  const next = encodeFrame({ b: 2 });
  // Its header is none.
  expect(code(() => reader.read(new Uint8Array(PIECE_BYTES).fill(255), CLIENT_HEADER))).toBe("frame-invalid");
  for (const piece of [new Uint8Array(PIECE_BYTES), new Uint8Array(5)])
    expect(reader.read(piece, CLIENT_HEADER)).toBeUndefined();
  expect(reader.read(next, CLIENT_HEADER)?.message).toEqual({ b: 2 });
  // It ends too early, and too late.
  reader.read(first!, CLIENT_HEADER);
  expect(code(() => reader.read(second!.subarray(1), CLIENT_HEADER))).toBe("frame-invalid");
  reader.read(first!, CLIENT_HEADER);
  expect(code(() => reader.read(new Uint8Array(PIECE_BYTES), CLIENT_HEADER))).toBe("frame-invalid");
  expect(reader.read(new Uint8Array(0), CLIENT_HEADER)).toBeUndefined();
  expect(reader.read(next, CLIENT_HEADER)?.message).toEqual({ b: 2 });
});

test("a frame that says it is larger than the limit is refused by its header", () => {
  const frame = new Uint8Array(PIECE_BYTES);
  const header = new TextEncoder().encode(`{"message":1,"attachments":[["a",${MAX_FRAME_BYTES}]]}`);
  new DataView(frame.buffer).setUint32(0, header.length, true);
  frame.set(header, 4);
  expect(code(() => new FrameReader().read(frame, CLIENT_HEADER))).toBe("frame-too-large");
});
