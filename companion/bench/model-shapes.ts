import type { RandomType } from "./random-tensors.ts";

/** A model's configurations, as its folder of diffusers has them: what its networks are built from. */
export interface ModelShapes {
  /** Of its weights' numbers. */
  readonly type: RandomType;
  readonly index: object;
  readonly unet: object;
  readonly vae: object;
  /** Each with its tokenizer. */
  readonly texts: readonly object[];
  readonly tokenizers: readonly object[];
  readonly scheduler: object;
}
