/** Random GGUF files of Q8_0 (https://github.com/ggml-org/ggml, docs/gguf.md): timing needs no trained model. */
import { closeSync, openSync, writeSync } from "node:fs";
import { elementCount } from "../../tensor.ts";
import { halfBits } from "../half-bits.ts";
import type { Shapes } from "../random-tensors.ts";
import { ggufHead, ggufPadding } from "./gguf-head.ts";

/** ggml.h, enum ggml_type. */
const [F32, Q8_0] = [0, 8];
/** Of a block of Q8_0: a float16 and 32 bytes. */
const [NUMBERS, BYTES] = [32, 34];

/** Matrices in blocks, scaled so that every layer keeps about the size of its input; vectors ones, biases nothing. */
export function writeRandomGguf(file: string, architecture: string, shapes: Shapes): void {
  const tensors = [...shapes].map(([name, dims]) => ({
    ...{ name, dims, type: dims.length === 1 ? F32 : Q8_0, byteLength: lengthOf(dims) },
  }));
  const fd = openSync(file, "w");
  try {
    writeSync(fd, ggufHead(architecture, tensors));
    for (const [name, dims] of shapes) {
      writeTensor(fd, dims, name.endsWith(".bias") ? 0 : 1);
      writeSync(fd, ggufPadding(lengthOf(dims)));
    }
  } finally {
    closeSync(fd);
  }
}

const lengthOf = (dims: readonly number[]): number =>
  dims.length === 1 ? 4 * elementCount(dims) : (elementCount(dims) / NUMBERS) * BYTES;

/** Blocks that are written again and again. */
const PIECE = 2 ** 15;
const CODES = Uint8Array.from({ length: PIECE * BYTES }, () => {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return Math.max(-127, Math.min(127, Math.round(40 * normal)));
});

function writeTensor(fd: number, dims: readonly number[], each: number): void {
  if (dims.length === 1) {
    writeSync(fd, new Uint8Array(new Float32Array(elementCount(dims)).fill(each).buffer));
    return;
  }
  const piece = CODES.slice();
  const bits = halfBits(0.5 / Math.sqrt(dims[1]!) / 40);
  const scale = [bits & 255, bits >> 8];
  for (let i = 0; i < PIECE; i++) piece.set(scale, i * BYTES);
  for (let left = lengthOf(dims); left > 0; left -= piece.length) writeSync(fd, piece, 0, Math.min(left, piece.length));
}
