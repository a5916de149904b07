/** Matrices of whole numbers as the runtime packs them for its products, kept where each session would pack its own copy. */
import { closeSync, openSync, readFileSync, readSync, rmSync, statfsSync } from "node:fs";
import path from "node:path";
import { DIALECTS } from "../graph/dialect.ts";
import { Graph } from "../graph/graph.ts";
import { onnxFile } from "../graph/onnx-file.ts";
import { floats, integerProduct } from "../graph/ops.ts";
import type { WeightRef } from "../graph/weights.ts";
import { InferenceSession } from "./onnx-runtime.ts";
import { createScratchFolder, diskFull } from "./scratch.ts";

/**
 * Bytes of matrices of whole numbers up to which they are packed. A copy for each session takes 1.7 s for each GB where the memory is new.
 * A step of Stable Diffusion 1.5 takes an eighth more without; a transformer's products, of a thousand rows and more, a third at the most.
 * Measured on two cores.
 */
export const PACKED_AT_MOST = 3 * 2 ** 30;

/** A matrix as the runtime multiplies by it. */
export interface PackedMatrix {
  /** By which the runtime knows it: the operator, and a hash of the bytes. */
  readonly key: string;
  readonly bytes: Uint8Array;
}

export interface Packer {
  /**
   * What the runtime makes of an int8 matrix [K, N] in a file; undefined where it packs none on this processor. Throws Problem "disk-full".
   */
  pack(matrix: WeightRef): Promise<PackedMatrix | undefined>;
  /** Removes what was written meanwhile. */
  close(): void;
}

/**
 * The runtime is asked to save a graph of one product with all that it has packed (ONNX Runtime 1.22,
 * `session.save_external_prepacked_constant_initializers`), and the packed matrix is cut out of the file. A session that maps it packs the
 * matrix all the same, for its hash, and gives that up again (1.30, findings/onnxruntime-packed-twice.sh).
 */
export function createPacker(): Packer {
  const folder = createScratchFolder();
  const [model, data] = ["matrix.onnx", "matrix.bin"];
  return {
    async pack(matrix) {
      const graph = productBy(matrix);
      const { root } = path.parse(matrix.file);
      // It writes both, the matrix and its packed form.
      await whileDiskHolds(2 * matrix.byteLength, folder, async () => {
        const session = await InferenceSession.create(onnxFile(graph), {
          executionProviders: ["cpu"],
          graphOptimizationLevel: "disabled",
          logSeverityLevel: 4,
          intraOpNumThreads: 1,
          optimizedModelFilePath: path.join(folder, model),
          extra: {
            session: {
              model_external_initializers_file_folder_path: root,
              save_external_prepacked_constant_initializers: "1",
              optimized_model_external_initializers_file_name: data,
              optimized_model_external_initializers_min_size_in_bytes: "0",
            },
          },
        });
        await session.release();
      });
      const told = PACKED.exec(readFileSync(path.join(folder, model), "latin1"));
      if (told === null) return undefined;
      const [, key, offset, length] = told as unknown as [string, string, string, string];
      const bytes = partOf(path.join(folder, data), Number(offset), Number(length));
      // The runtime does not say that it could not write all.
      if (bytes.byteLength < Number(length)) throw diskFull(folder);
      return { key, bytes };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What goes wrong where the disk does not hold what the runtime writes is told as that: its own words are of streams. */
async function whileDiskHolds(bytes: number, folder: string, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    const { bavail, bsize } = statfsSync(folder);
    throw bavail * bsize < bytes ? diskFull(folder, error) : error;
  }
}

/** Of a file's bytes from `offset` on so many, or what there is of them. */
function partOf(file: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const fd = openSync(file, "r");
  try {
    let done = 0;
    for (let read = -1; read !== 0 && done < length; done += read)
      read = readSync(fd, bytes, done, length - done, offset + done);
    return bytes.subarray(0, done);
  } finally {
    closeSync(fd);
  }
}

/** What a saved model says of a packed matrix: its key, and where it lies. */
const PACKED = /(MatMulIntegerToFloat\+\d+)\|(\d+);(\d+);0/;

/** One row times the matrix. */
function productBy(matrix: WeightRef): Graph {
  const op = new Graph({ dialect: DIALECTS.cpu });
  const [inner, out] = matrix.dims as [number, number];
  const x = {
    values: op.input("values", { type: "uint8", dims: [1, inner] }),
    scale: op.input("scale", { type: "float32", dims: [] }),
    zero: op.input("zero", { type: "uint8", dims: [] }),
  };
  const factor = { values: op.initializer(matrix), scales: floats(op, new Float32Array(out).fill(1), [out]) };
  op.output("y", integerProduct(op, x, factor, undefined));
  return op;
}
