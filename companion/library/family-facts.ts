/** What the plugin is told of a model's family and of what its kind can do: one function for each architecture. */
import path from "node:path";
import type { ModelInfo } from "../../shared/protocol.ts";
import type { RoleSentences } from "../../shared/roles.ts";
import type { Distillation } from "../checkpoint/identify/distillation.ts";
import { familyOf } from "../checkpoint/identify/families.ts";
import type {
  ErnieImageModel,
  Flux1Model,
  Flux2Model,
  Model,
  QwenImageModel,
  UNetModel,
  ZImageModel,
} from "../checkpoint/model.ts";
import { FLUX1_CELL } from "../networks/flux1-transformer.ts";
import { QWEN_IMAGE_CELL } from "../networks/qwen-image-transformer.ts";
import { Z_IMAGE_CELL } from "../networks/z-image-transformer.ts";
import { ERNIE_IMAGE_FAMILY } from "../opening/ernie-image-family.ts";
import { FLUX1_FAMILY } from "../opening/flux1-family.ts";
import { FLUX2_FAMILY, flux2Sees } from "../opening/flux2-family.ts";
import { QWEN_EDIT_SEES, QWEN_IMAGE_FAMILY } from "../opening/qwen-image-family.ts";
import { transformerMemory } from "../opening/transformer-memory.ts";
import { Z_IMAGE_FAMILY } from "../opening/z-image-family.ts";
import { samplingDefaults } from "./sampling-defaults.ts";

type Facts = Pick<
  ModelInfo,
  | "family"
  | "maxTokens"
  | "inpainting"
  | "edits"
  | "references"
  | "seesPictures"
  | "seenAs"
  | "roleSentences"
  | "memory"
  | "asksFirst"
  | "plain"
  | "controls"
  | "follows"
  | "guidesAbove"
  | "ignoresNegativePrompt"
  | "defaults"
  | "note"
> & {
  /** Pixels of a place that is denoised, along a side. */
  readonly factor: number;
  /** What holds for all published models of its kind, where nothing else says it. */
  readonly licence?: string;
};

type Architecture = Model["denoiser"]["architecture"];
type FactsOf = (model: Model, said: Distillation | undefined) => Facts;

/** A new one adds its line. */
const FACTS: Readonly<Record<Architecture, FactsOf>> = {
  unet: (model, said) => unetFacts(model as UNetModel, said),
  flux1: (model) => flux1Facts(model as Flux1Model),
  flux2: (model) => flux2Facts(model as Flux2Model),
  "z-image": (model) => zImageFacts(model as ZImageModel),
  "qwen-image": (model) => qwenImageFacts(model as QwenImageModel),
  "ernie-image": (model) => ernieImageFacts(model as ErnieImageModel),
};

/** `said`: what is said of the model beside its file. */
export const factsOf = (model: Model, said?: Distillation): Facts => FACTS[model.denoiser.architecture](model, said);

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

/** By the heads of the published transformers, of 4 and of 9 billion numbers. Source: the models' cards. */
const FLUX2_LICENCES: Readonly<Record<number, Pick<Facts, "licence" | "asksFirst">>> = {
  24: { licence: "Apache-2.0" },
  32: { licence: "FLUX Non-Commercial License", asksFirst: true },
};

/** What a model along a flow is drawn with, which no request names: every other one is refused there. */
const OWN_SCHEDULER = "FlowMatchEulerDiscreteScheduler";

/** Of the published transformers. */
const FLUX1_HEADS = 24;

/** As their cards say. */
const FLUX1_DEFAULTS = {
  draw: { steps: 28, guidanceScale: 3.5 },
  fill: { steps: 50, guidanceScale: 30 },
  edit: { steps: 28, guidanceScale: 2.5 },
  follow: { steps: 50, guidanceScale: 30 },
} as const;
/** Canny's and Depth's transformers are of one shape. */
const DEPTH_DEFAULTS = { steps: 30, guidanceScale: 10 } as const;
/**
 * Black Forest Labs publish what takes the guidance scale as an input (dev, Fill, Kontext, Canny, Depth, Krea), and Redux, under this one; schnell, which takes
 * none, is known by its name. Source: the models' cards.
 */
export const FLUX1_LICENCE =
  "FLUX.1 [dev] Non-Commercial License: not for commercial work unless you have a licence from Black Forest Labs. What it says of pictures made with the model is on the model's page.";
const SCHNELL_LICENCE = "Apache-2.0, as FLUX.1 schnell is published: any use, commercial use too.";

const SCHNELL_DEFAULTS = { steps: 4, guidanceScale: 1 } as const;

function flux1Facts(model: Flux1Model): Facts {
  const { text, denoiser, use } = model;
  const { guidance_embeds: told, num_attention_heads: heads } = denoiser.config;
  return {
    family: { id: model.family, name: FLUX1_FAMILY.name, like: heads !== FLUX1_HEADS },
    maxTokens: text.tokenizer.maxLength,
    ...{ inpainting: use === "fill", edits: false, references: false },
    ...(use === "edit" && { seesPictures: true }),
    ...(use === "follow" && { follows: true }),
    ...{ plain: true, ignoresNegativePrompt: true },
    defaults: { ...(told ? flux1Defaults(model) : SCHNELL_DEFAULTS), scheduler: OWN_SCHEDULER },
    ...(told ? { licence: FLUX1_LICENCE } : /schnell/i.test(path.basename(model.path)) && { licence: SCHNELL_LICENCE }),
    factor: factorOf(model) * FLUX1_CELL,
  };
}

const flux1Defaults = ({ use, path: place }: Flux1Model) =>
  use === "follow" && /depth/i.test(path.basename(place)) ? DEPTH_DEFAULTS : FLUX1_DEFAULTS[use];

/** As FLUX.2's card and Qwen-Image-Edit's name pictures in their own examples: by their numbers. */
const ROLES: RoleSentences = {
  face: "Keep the face of {image}.",
  outfit: "Keep the outfit of {image}.",
  style: "Use the style of {image}.",
  composition: "Keep the composition of {image}.",
};

/** As its card says: 4 steps, or with the base model 50 and guidance. */
function flux2Facts(model: Flux2Model): Facts {
  const { distilled, text, latentNorm, denoiser } = model;
  const factor = factorOf(model) * latentNorm.patch;
  const published = FLUX2_LICENCES[denoiser.config.num_attention_heads];
  return {
    family: { id: model.family, name: FLUX2_FAMILY.name, like: published === undefined },
    ...published,
    maxTokens: text.tokenizer.maxLength,
    inpainting: false,
    edits: false,
    references: true,
    ...{ seesPictures: true, seenAs: flux2Sees(factor), plain: true, roleSentences: ROLES },
    memory: transformerMemory(FLUX2_FAMILY.network(denoiser.config, denoiser.weights)),
    ...(distilled && { ignoresNegativePrompt: true }),
    defaults: { steps: distilled ? 4 : 50, guidanceScale: distilled ? 1 : 4, scheduler: OWN_SCHEDULER },
    factor,
  };
}

/** Of the published transformers. */
const Z_IMAGE_WIDTH = 3840;

/** As its cards say: Turbo 8 steps and no guidance, the base model 28 to 50 steps and a scale of 3 to 5. */
function zImageFacts(model: ZImageModel): Facts {
  const { distilled, text, denoiser } = model;
  const steps = distilled ? { steps: 8, guidanceScale: 0 } : { steps: 28, guidanceScale: 4 };
  return {
    family: { id: model.family, name: Z_IMAGE_FAMILY.name, like: denoiser.config.dim !== Z_IMAGE_WIDTH },
    maxTokens: text.tokenizer.maxLength,
    ...{ inpainting: false, edits: false, references: false },
    ...{ plain: true, controls: 1, guidesAbove: 0 },
    defaults: { ...steps, scheduler: OWN_SCHEDULER },
    factor: factorOf(model) * Z_IMAGE_CELL,
  };
}

/** Of the published transformers. */
const QWEN_IMAGE_HEADS = 24;
const QWEN_IMAGE_LICENCE =
  "Apache-2.0, as Qwen-Image is published: any use, commercial use too; keep the licence and its notices when you pass it on.";

/** As its card says: 50 steps and a scale of 4. */
function qwenImageFacts(model: QwenImageModel): Facts {
  const { text, denoiser, use } = model;
  return {
    family: {
      ...{ id: model.family, name: QWEN_IMAGE_FAMILY.name },
      like: denoiser.config.num_attention_heads !== QWEN_IMAGE_HEADS,
    },
    maxTokens: text.tokenizer.maxLength - text.skipped,
    ...{ inpainting: false, edits: false, references: use === "edit", plain: true },
    ...(use === "edit" && { seesPictures: true, seenAs: QWEN_EDIT_SEES, roleSentences: ROLES }),
    ...(use === "split" && { splits: true }),
    ...(use !== "draw" && { memory: transformerMemory(QWEN_IMAGE_FAMILY.network(denoiser.config, denoiser.weights)) }),
    defaults: { steps: use === "edit" ? 40 : 50, guidanceScale: 4, scheduler: OWN_SCHEDULER },
    licence: QWEN_IMAGE_LICENCE,
    factor: factorOf(model) * QWEN_IMAGE_CELL,
  };
}

/** Of the published transformers. */
const ERNIE_IMAGE_WIDTH = 4096;
const ERNIE_IMAGE_LICENCE =
  "Apache-2.0, as ERNIE-Image is published: any use, commercial use too; keep the licence and its notices when you pass it on.";

/** As its cards say: Turbo 8 steps and no guidance, the base model 50 steps and a scale of 4. */
function ernieImageFacts(model: ErnieImageModel): Facts {
  const { distilled, text, denoiser, latentNorm } = model;
  const steps = distilled ? { steps: 8, guidanceScale: 1 } : { steps: 50, guidanceScale: 4 };
  return {
    family: {
      ...{ id: model.family, name: ERNIE_IMAGE_FAMILY.name },
      like: denoiser.config.hidden_size !== ERNIE_IMAGE_WIDTH,
    },
    maxTokens: text.tokenizer.maxLength,
    ...{ inpainting: false, edits: false, references: false, plain: true },
    defaults: { ...steps, scheduler: OWN_SCHEDULER },
    licence: ERNIE_IMAGE_LICENCE,
    factor: factorOf(model) * latentNorm.patch,
  };
}
