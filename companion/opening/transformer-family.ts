/** A family of transformers, of which add-ons change the transformer alone: what has to be known to put LoRAs to it. */

import { Problem } from "../../shared/problem.ts";
import type { SeenAs } from "../../shared/seen-as.ts";
import type { LoraFile } from "../checkpoint/lora/lora-file.ts";
import { type Networks, planLora } from "../checkpoint/lora/plan-lora.ts";
import type { WeightStore } from "../graph/weights.ts";
import type { ClipTextConfig } from "../networks/configs.ts";
import type { TransformerId } from "./measures.ts";
import type { SizedNetwork } from "./transformer-memory.ts";

export interface TransformerFamily {
  readonly id: TransformerId;
  /** As people call it. */
  readonly name: string;
  /** transformer/config.json of the published models, the smallest first. */
  readonly published: readonly object[];
  /** The transformer, as one graph for every size. */
  network(config: object, weights: WeightStore): SizedNetwork;
  /** Pictures that the published models see, by themselves. Absent: they see none. */
  readonly seenAs?: SeenAs;
  /** Of a model that is not there, for `planLora`; `config` as one of `published`, or an installed model's, and so `clip`. */
  networks(config: object, clip?: ClipTextConfig): Networks;
  /** Of the texts beside which references stand (FLUX.1 Redux), for a model of this `config`. Absent: none do. */
  referenceWidth?(config: object): number;
  /** Whether a LoRA was made for it. */
  isOwn(lora: LoraFile): boolean;
}

/** Whether a LoRA can be put to these networks. */
export function fits(lora: LoraFile, networks: Networks): boolean {
  try {
    planLora(lora, networks);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
