/** What the plugin is told of a model's family and of what its kind can do: one function for each architecture. */
import type { ModelInfo } from "../../shared/protocol.ts";
import type { Distillation } from "../checkpoint/identify/distillation.ts";
import { familyOf } from "../checkpoint/identify/families.ts";
import type { Flux2Model, Model, UNetModel } from "../checkpoint/model.ts";
import { samplingDefaults } from "./sampling-defaults.ts";

type Facts = Pick<
  ModelInfo,
  | "family"
  | "maxTokens"
  | "inpainting"
  | "edits"
  | "references"
  | "seesPictures"
  | "ignoresNegativePrompt"
  | "defaults"
  | "note"
> & {
  /** Pixels of a place that is denoised, along a side. */
  readonly factor: number;
};

/** `said`: what is said of the model beside its file. */
export const factsOf = (model: Model, said?: Distillation): Facts =>
  model.denoiser.architecture === "unet" ? unetFacts(model as UNetModel, said) : flux2Facts(model as Flux2Model);

const factorOf = ({ vae }: Model) => 2 ** (vae.config.block_out_channels.length - 1);

/** The widths of the published UNets; a model of another width only has the family's shape. */
const PUBLISHED_WIDTHS = [320, 384];

const EDITS = "It changes a picture as the prompt tells it to (“make it night”), and cannot draw from nothing.";

function unetFacts(model: UNetModel, said: Distillation | undefined): Facts {
  const { name, refines } = familyOf(model.family);
  const { config } = model.denoiser;
  const published = PUBLISHED_WIDTHS.includes(config.block_out_channels[0]!);
  const edits = model.kind === "pix2pix";
  return {
    family: { id: model.family, name, like: !published, ...(refines && { refines }) },
    maxTokens: Math.min(...model.textEncoders.map(({ tokenizer }) => tokenizer.maxLength)),
    inpainting: model.kind === "inpaint",
    edits,
    references: model.ipAdapter !== undefined && model.imageEncoder !== undefined,
    ...(config.time_cond_proj_dim !== null && { ignoresNegativePrompt: true }),
    defaults: samplingDefaults(model, said),
    ...(edits && { note: EDITS }),
    factor: factorOf(model),
  };
}

/** As people call it. */
export const FLUX2_NAME = "FLUX.2 klein";

/** Heads of the published transformers: of 4 and of 9 billion numbers. */
const PUBLISHED_HEADS = [24, 32];

/** What a model along a flow is drawn with, which no request names: every other one is refused there. */
const OWN_SCHEDULER = "FlowMatchEulerDiscreteScheduler";

/** As its card says: 4 steps, or with the base model 50 and guidance. */
function flux2Facts(model: Flux2Model): Facts {
  const { distilled, text, latentNorm, denoiser } = model;
  const published = PUBLISHED_HEADS.includes(denoiser.config.num_attention_heads);
  return {
    family: { id: model.family, name: FLUX2_NAME, like: !published },
    maxTokens: text.tokenizer.maxLength,
    inpainting: false,
    edits: false,
    references: true,
    seesPictures: true,
    ...(distilled && { ignoresNegativePrompt: true }),
    defaults: { steps: distilled ? 4 : 50, guidanceScale: distilled ? 1 : 4, scheduler: OWN_SCHEDULER },
    factor: factorOf(model) * latentNorm.patch,
  };
}
