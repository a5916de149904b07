/** Whether an add-on goes with a model: each throws Problem "adapter-mismatch" where it does not. LoRAs: `planLora`. */
import { Problem } from "../../shared/problem.ts";
import { TINY_VAES, type TinyVaeId, tinyVaeId } from "../checkpoint/identify/tiny-vae.ts";
import type { ImageEncoder } from "../checkpoint/model.ts";
import type { ControlNet } from "../checkpoint/parts/controlnet.ts";
import type { Embedding } from "../checkpoint/parts/embedding.ts";
import { embeddingWidth, type IpAdapter } from "../checkpoint/parts/ip-adapter.ts";
import type { MotionModule } from "../checkpoint/parts/motion-module.ts";
import type { Redux } from "../checkpoint/parts/redux.ts";
import type { SiglipEncoder } from "../checkpoint/parts/siglip.ts";
import type { T2IAdapter } from "../checkpoint/parts/t2i-adapter.ts";
import { refuseUnknownGroups, type Vae } from "../checkpoint/parts/vae.ts";
import { attentionWidths } from "../networks/blocks/image-attentions.ts";
import { featureDims } from "../networks/blocks/unet-parts.ts";
import type { Flux1Config } from "../networks/configs.ts";
import { t2iFeatureDims } from "../networks/t2i-adapter.ts";
import { type Latent, latentOf, type Measures } from "./measures.ts";

/** Throws Problem "config-invalid", too, where no tensor and no configuration tells how its norms are grouped. */
export function refuseOtherLatents(vae: Vae, measures: Pick<Measures, "vae">): void {
  refuseUnknownGroups(vae);
  const { config, weights } = vae;
  const [own, latent] = [latentOf(config), latentOf(measures.vae)];
  // Qwen-Image's has as many channels as FLUX.1's, and they mean something else.
  const sameKind = config.kind === "tiny" || (config.kind === "causal") === (measures.vae.kind === "causal");
  if (sameKind && own.channels === latent.channels && own.factor === latent.factor) return;
  const words = ({ channels, factor }: Latent) => `${channels} channels at 1/${factor}`;
  if (!sameKind)
    throw new Problem(
      "adapter-mismatch",
      `"${weights.origin}" is an autoencoder (VAE) for another kind of latent, though of as many numbers: choose one of the model's family.`,
    );
  throw new Problem(
    "adapter-mismatch",
    `"${weights.origin}" is an autoencoder (VAE) for another kind of latent (${words(own)}, where the model has ${words(latent)}): choose one of the model's family.`,
  );
}

/** Latents of different families may have as many channels: a tiny autoencoder is told apart by what it is. */
export function refuseOtherTinyVae(
  { config, weights }: Vae,
  { name, tinyVae }: { readonly name: string; readonly tinyVae: TinyVaeId | undefined },
): void {
  if (config.kind !== "tiny" || tinyVaeId(config) === tinyVae) return;
  const use = tinyVae === undefined ? "leave it out" : `choose ${TINY_VAES[tinyVae]}`;
  throw new Problem(
    "adapter-mismatch",
    `"${weights.origin}" is ${TINY_VAES[tinyVaeId(config)]}, and the model is one of ${name}: ${use}.`,
  );
}

export function refuseOtherControl(control: ControlNet | T2IAdapter, measures: Measures): void {
  if (control.kind === "controlnet") refuseOtherCopy(control, measures);
  else refuseOtherFeatures(control, measures);
}

/** A ControlNet begins as a copy of the inward half of the UNet. */
function refuseOtherCopy({ origin, config }: ControlNet, { unet }: Measures): void {
  const own = config.unet;
  const differs = (what: string, its: unknown, ours: unknown) => {
    if (String(its) === String(ours)) return;
    throw new Problem(
      "adapter-mismatch",
      `The ControlNet "${origin}" has ${what} ${its}, and this model ${ours}: choose a ControlNet of the model's family.`,
    );
  };
  const attends = own.down_block_types.includes("CrossAttnDownBlock2D") || own.mid_block_type?.includes("CrossAttn");
  if (attends) differs("text states of width", own.cross_attention_dim[0], unet.cross_attention_dim[0]);
  differs("channels", own.block_out_channels, unet.block_out_channels);
  differs("layers", own.layers_per_block, unet.layers_per_block);
  differs("a latent of", own.in_channels, unet.out_channels);
  if (own.addition_embed_type === null) return;
  differs("time embedding", own.addition_embed_type, unet.addition_embed_type ?? "without additions");
  differs("conditions", own.projection_class_embeddings_input_dim, unet.projection_class_embeddings_input_dim);
}

/** A side of the latent that every level halves without rest. */
const SIDE = 64;

function refuseOtherFeatures({ origin, config }: T2IAdapter, { unet, vae }: Measures): void {
  const pixels = SIDE * latentOf(vae).factor;
  const given = t2iFeatureDims(config, { height: pixels, width: pixels });
  const taken = featureDims(unet, { height: SIDE, width: SIDE });
  const levels = taken.length - 1;
  if (given.length <= taken.length && taken.slice(0, levels).every((dims, i) => String(dims) === String(given[i])))
    return;
  const words = (all: readonly (readonly number[])[]) => all.map((dims) => dims.slice(1).join("×")).join(", ");
  throw new Problem(
    "adapter-mismatch",
    `The T2I-Adapter "${origin}" gives ${words(given)} of ${pixels} × ${pixels} pixels, and this model takes ${words(taken)}: choose one of the model's family.`,
  );
}

/** A motion module follows every layer of the UNet: it is as wide, and there are as many. */
export function refuseOtherLayers({ origin, config }: MotionModule, { unet }: Measures): void {
  const refuse = (its: unknown, has: unknown) => {
    throw new Problem(
      "adapter-mismatch",
      `The motion module "${origin}" is made for ${its}, and this model has ${has}: choose a motion module of the model's family.`,
    );
  };
  const { block_out_channels: channels, motion_layers_per_block: layers, use_motion_mid_block: middle } = config;
  if (channels.join() !== unet.block_out_channels.join())
    refuse(`levels of ${channels.join(", ")} channels`, unet.block_out_channels.join(", "));
  if (layers.join() !== unet.layers_per_block.join())
    refuse(`${layers.join(", ")} layers a level`, unet.layers_per_block.join(", "));
  if (middle && unet.mid_block_type !== "UNetMidBlock2DCrossAttn") refuse("a whole mid block", "none");
}

export function refuseOtherAttentions(adapter: IpAdapter, { unet }: Measures): void {
  const refuse = (made: string, has: string) => {
    throw new Problem(
      "adapter-mismatch",
      `The IP-Adapter "${adapter.origin}" is made for ${made}, and this model ${has}: choose an adapter of the model's family.`,
    );
  };
  const [context, widths] = [unet.cross_attention_dim[0]!, attentionWidths(unet)];
  if (adapter.crossAttentionDim !== context)
    refuse(`text states of width ${adapter.crossAttentionDim}`, `'s have ${context}`);
  if (adapter.widths.length !== widths.length)
    refuse(`${adapter.widths.length} cross attentions`, `has ${widths.length}`);
  const other = widths.findIndex((width, i) => width !== adapter.widths[i]);
  if (other >= 0) refuse(`cross attentions of width ${adapter.widths[other]}`, `has one of ${widths[other]} there`);
}

/** Redux stands between an image encoder and a transformer. */
export function refuseOtherRedux(
  { config, weights: { origin } }: Pick<Redux, "config" | "weights">,
  encoder: Pick<SiglipEncoder, "config">,
  transformer: Pick<Flux1Config, "joint_attention_dim">,
): void {
  const refuse = (what: string): never => {
    throw new Problem(
      "adapter-mismatch",
      `FLUX.1 Redux ("${origin}") ${what}: choose parts that were published together.`,
    );
  };
  const { redux_dim: reads, txt_in_features: gives } = config;
  if (encoder.config.hidden_size !== reads)
    refuse(`reads an image encoder of width ${reads}, and this one has ${encoder.config.hidden_size}`);
  if (transformer.joint_attention_dim !== gives)
    refuse(`gives texts of width ${gives}, and this model reads ${transformer.joint_attention_dim}`);
}

export function refuseOtherEncoder(adapter: IpAdapter, { config }: Pick<ImageEncoder, "config">): void {
  const width = embeddingWidth(adapter.kind, config);
  if (adapter.embeddingDim === width) return;
  throw new Problem(
    "adapter-mismatch",
    `The IP-Adapter "${adapter.origin}" needs an image encoder of width ${adapter.embeddingDim}, and this one has ${width}: choose the image encoder that it was published with.`,
  );
}

export function refuseOtherTexts({ origin, tables }: Embedding, { text }: Measures): void {
  const widths = text.map(({ hidden_size }) => hidden_size);
  const fits = tables.some(({ dims, encoder }) =>
    encoder === undefined || widths.length === 1 ? widths.includes(dims[1]!) : widths[encoder] === dims[1],
  );
  if (fits) return;
  throw new Problem(
    "adapter-mismatch",
    `The embedding "${origin}" is made for texts of width ${tables.map(({ dims }) => dims[1]).join(" and ")}, and this model's have ${widths.join(" and ")}: choose an embedding of the model's family.`,
  );
}
