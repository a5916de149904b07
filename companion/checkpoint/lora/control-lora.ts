import { Problem } from "../../../shared/problem.ts";

/** What no other LoRA of FLUX.1 has: biases of its own, beside a change of the layer that reads the picture. */
const MARKS = [/\.lora_B\.bias$/, /(?:^|\.)(?:img_in|x_embedder)\.lora_A\./];

/**
 * FLUX.1 Canny and Depth as LoRAs make dev read twice as many numbers of a place. Throws Problem "model-unsupported" for one.
 * Source: diffusers, lora_conversion_utils.py, _convert_bfl_flux_control_lora_to_diffusers.
 */
export function refuseControlLora(keys: Iterable<string>, origin: string): void {
  const all = [...keys];
  if (!MARKS.every((mark) => all.some((key) => mark.test(key)))) return;
  throw new Problem(
    "model-unsupported",
    `"${origin}" is a LoRA that makes FLUX.1 dev follow edges or depth, which this version cannot run: choose FLUX.1 Canny or Depth as a whole.`,
  );
}
