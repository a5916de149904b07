import type { UNetModel } from "../checkpoint/model.ts";
import { timeIdCount } from "../checkpoint/parts/model-kind.ts";
import type { Graph, Quantizer } from "../graph/graph.ts";
import { Weights } from "../graph/weights.ts";
import { unetGraph } from "../networks/unet.ts";
import { stableDiffusion } from "../pipeline/families/stable-diffusion.ts";
import { type ActiveLora, adapt, createLoraMemory } from "../pipeline/weights/lora-slots.ts";
import type { Device } from "../runtime/device.ts";

/** `batch`: 2 for both runs of a guided step at once, as it is computed exactly; 1 for one after the other. */
type Options = { readonly quantizer?: Quantizer; readonly batch?: number };

/** The UNet for a guided picture of the model's native size, with places for adapters, as pictures with `loras` open it. */
export function pictureUNet(
  model: UNetModel,
  { dialect }: Pick<Device, "dialect">,
  loras: readonly ActiveLora[] = [],
  { quantizer, batch = 2 }: Options = {},
): Graph {
  const { denoiser, nativeSize, settings } = model;
  const side = nativeSize / stableDiffusion.latentSpace(model).factor;
  const shape = { batch, height: side, width: side, tokens: 77, timeIds: timeIdCount(settings) };
  const { branchAt } = adapt(loras, "unet", { weights: denoiser.weights, dialect, memory: createLoraMemory() });
  return unetGraph(denoiser.config, new Weights(denoiser.weights), shape, {
    ...{ dialect, branchAt },
    ...(quantizer && { quantizer }),
  });
}
