import { writeFileSync } from "node:fs";
import { safetensorsBytes } from "../checkpoint/files/write-safetensors.ts";
import type { UNetModel } from "../checkpoint/model.ts";
import type { WeightStore } from "../graph/weights.ts";
import { type AnyTensor, elementCount } from "../tensor.ts";

/** Small numbers of float16, of both signs: 0.0078 … 0.0156. */
const small = (i: number): number => 0x2000 | ((i * 7919) & 0x83ff);

/**
 * Writes a LoRA for every linear layer of the UNet and the text encoders to `file`: float16, peft's spelling. As trainers have them: the
 * projections around a transformer's blocks count, which some files keep as 1 × 1 convolutions; those beside a residual block do not
 * (kohya-ss sd-scripts, networks/lora.py, without conv_dim).
 */
export function writeRandomLora({ denoiser, textEncoders }: UNetModel, rank: number, file: string): void {
  const tensors = new Map<string, AnyTensor>();
  const put = (name: string, dims: readonly number[]) =>
    tensors.set(name, {
      type: "float16",
      dims,
      data: Uint16Array.from({ length: elementCount(dims) }, (_, i) => small(i)),
    });
  const add = (network: string, weights: WeightStore) => {
    for (const key of weights.keys()) {
      const [out, inner, ...kernel] = weights.find(key)!.dims;
      if (!key.endsWith(".weight") || inner === undefined || kernel.some((size) => size > 1)) continue;
      if (key.includes("embeddings.") || key.includes("conv_shortcut")) continue;
      const layer = `${network}.${key.slice(0, -".weight".length)}`;
      put(`${layer}.lora_A.weight`, [rank, inner, ...kernel]);
      put(`${layer}.lora_B.weight`, [out!, rank, ...kernel]);
    }
  };
  add("unet", denoiser.weights);
  for (const [i, { component }] of textEncoders.entries())
    add(i === 0 ? "text_encoder" : `text_encoder_${i + 1}`, component.weights);
  writeFileSync(file, safetensorsBytes(tensors));
}
