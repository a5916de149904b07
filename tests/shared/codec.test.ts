import { CLIENT_HEADER, decodeFrame, encodeFrame, MAX_ATTACHMENTS, STRANGER_HEADER } from "../../shared/codec.ts";
import { MAX_FRAME_BYTES } from "../../shared/protocol.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** A frame by hand: `headerLength` may lie. */
function frame(header: string | Uint8Array, rest = new Uint8Array(0), headerLength?: number): Uint8Array {
  const bytes = typeof header === "string" ? utf8(header) : header;
  const all = new Uint8Array(4 + bytes.length + rest.length);
  new DataView(all.buffer).setUint32(0, headerLength ?? bytes.length, true);
  all.set(bytes, 4);
  all.set(rest, 4 + bytes.length);
  return all;
}
const refusal = (bytes: Uint8Array, limits = CLIENT_HEADER): Error => {
  try {
    decodeFrame(bytes, limits);
  } catch (error) {
    return error as Error;
  }
  throw new Error("The frame was accepted");
};

test("encodeFrame() writes the layout that protocol.ts describes, byte for byte", () => {
  const bytes = encodeFrame({ type: "é" }, new Map([["a", Uint8Array.of(1, 2)]]));
  const header = utf8('{"message":{"type":"é"},"attachments":[["a",2]]}');
  expect([...bytes]).toEqual([header.length, 0, 0, 0, ...header, 1, 2]);
});

test("decodeFrame() gives back what encodeFrame() was given", () => {
  const attachments = new Map([
    ["image", Uint8Array.from({ length: 1000 }, (_, i) => i)],
    ["empty", new Uint8Array(0)],
    ["mask", Uint8Array.of(9)],
  ]);
  const message = { type: "x", text: "ünï 🎨", numbers: [1, -2.5, null] };
  const outer = new Uint8Array(5000);
  const encoded = encodeFrame(message, attachments);
  outer.set(encoded, 7);
  const decoded = decodeFrame(outer.subarray(7, 7 + encoded.length), CLIENT_HEADER);
  expect(decoded.message).toEqual(message);
  expect([...decoded.attachments]).toEqual([...attachments]);
});

test.each([
  ["nothing", new Uint8Array(0)],
  ["three bytes", new Uint8Array(3)],
  ["a header longer than the frame", frame("{}", undefined, 3)],
  ["a header that is not JSON", frame("{")],
  ["a header that is not UTF-8", frame(Uint8Array.of(0x22, 0xff, 0x22))],
  ["a header that is a list", frame("[]")],
  ["a header that is null", frame("null")],
  ["a header without attachments", frame('{"message":1}')],
  ["a header with a third field", frame('{"message":1,"attachments":[],"more":1}')],
  ["attachments that are not a list", frame('{"message":1,"attachments":{}}')],
  ["a negative length", frame('{"message":1,"attachments":[["a",-1]]}')],
  ["a length that is not whole", frame('{"message":1,"attachments":[["a",0.5]]}', new Uint8Array(1))],
  ["a length beyond 2^53", frame('{"message":1,"attachments":[["a",1e300]]}')],
  ["an attachment without name", frame('{"message":1,"attachments":[["",0]]}')],
  ["an attachment that is cut off", frame('{"message":1,"attachments":[["a",5]]}', new Uint8Array(4))],
  ["an attachment that comes twice", frame('{"message":1,"attachments":[["a",1],["a",1]]}', new Uint8Array(2))],
  ["trailing bytes", frame('{"message":1,"attachments":[]}', new Uint8Array(1))],
  [
    "too many attachments",
    frame(
      JSON.stringify({ message: 1, attachments: Array.from({ length: MAX_ATTACHMENTS + 1 }, (_, i) => [`${i}`, 0]) }),
    ),
  ],
])("decodeFrame() refuses %s", (_, bytes) => {
  expect(refusal(bytes)).toMatchObject({ code: "frame-invalid" });
});

test("decodeFrame() refuses a header and a frame above their limits", () => {
  expect(refusal(frame("{}", undefined, CLIENT_HEADER.bytes + 1)).message).toContain("at most");
  expect(refusal(new Uint8Array(MAX_FRAME_BYTES + 1))).toMatchObject({ code: "frame-too-large" });
});

test("decodeFrame() believes strangers less, and nobody's header that is deep or has more values than any message", () => {
  const header = (message: string) => frame(`{"message":${message},"attachments":[]}`);
  const long = header(JSON.stringify("x".repeat(STRANGER_HEADER.bytes)));
  expect(decodeFrame(long, CLIENT_HEADER).attachments.size).toBe(0);
  expect(refusal(long, STRANGER_HEADER).message).toContain(`at most ${STRANGER_HEADER.bytes} are read`);
  const deep = header("[".repeat(200_000) + "]".repeat(200_000));
  expect(refusal(deep).message).toContain("its header is nested too deeply");
  expect(refusal(header(`[${"0,".repeat(CLIENT_HEADER.values)}0]`)).message).toContain("has too many values");
});

test("encodeFrame() refuses a frame above the limit", () => {
  expect(() => encodeFrame({}, new Map([["a", new Uint8Array(MAX_FRAME_BYTES)]]))).toThrow(/limit of 64 MB/);
});

test("decodeFrame() survives random bytes", () => {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  for (let i = 0; i < 2000; i++) {
    const bytes = Uint8Array.from({ length: random() }, random);
    if (bytes.length >= 4) bytes.fill(0, 1, 4); // a plausible header length
    expect(refusal(bytes)).toMatchObject({ code: "frame-invalid" });
  }
});
