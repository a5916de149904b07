/** The tiny ControlNets of tests/fixtures/parity for Z-Image, of each published kind. */
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import type { Samples } from "./klein-sample.ts";

const FOLDER = path.join(__dirname, "../fixtures/parity/z-image-control-models");

/** As published: files whose names say no places, and folders of diffusers whose config.json does. */
export const CONTROLS = {
  union: path.join(FOLDER, "union.safetensors"),
  "union-2.0": path.join(FOLDER, "union-2.0.safetensors"),
  "union-2.1": path.join(FOLDER, "union-2.1.safetensors"),
  v1: path.join(FOLDER, "v1"),
  "v2.1": path.join(FOLDER, "v2.1"),
} as const;

/** Float32. */
export function tensorsOf(file: string): Samples {
  const store = openSafetensors(file);
  return Object.fromEntries(
    [...store.keys()].map((key) => {
      const { dims, data } = readNumbers(store.find(key)!);
      return [key, { shape: dims, data: new Uint8Array(data.slice().buffer) }];
    }),
  );
}
