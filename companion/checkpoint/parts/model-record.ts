/** What a model is once it is open, whatever it looked like on disk. */
import type {
  CausalVaeConfig,
  ClipTextConfig,
  ClipVisionConfig,
  ErnieImageConfig,
  Flux1Config,
  Flux2Config,
  ImageProcessorConfig,
  KlVaeConfig,
  QwenConfig,
  QwenImageConfig,
  QwenVisionConfig,
  T5Config,
  UNetConfig,
  VaeConfig,
  ZImageConfig,
} from "../../networks/configs.ts";
import type { MarkTokenizer } from "../../tokenizer/chat-tokenizer.ts";
import type { PromptTokenizer, Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { SchedulerConfig } from "../config/scheduler-config.ts";
import type { Component } from "../files/component.ts";
import type { Family } from "../identify/families.ts";
import type { IpAdapter } from "./ip-adapter.ts";

/** "inpaint": 9 channels (latent, mask, masked picture). "pix2pix": 8 channels (latent, picture to follow). */
export type ModelKind = "base" | "inpaint" | "pix2pix";

export interface TextEncoder {
  readonly component: Component<ClipTextConfig>;
  readonly tokenizer: Tokenizer;
}

/** What a language model sees pictures with. */
export type ChatEyes = Component<QwenVisionConfig>;

/** A language model that reads prompts for a transformer. */
export interface ChatEncoder {
  readonly component: Component<QwenConfig>;
  readonly tokenizer: MarkTokenizer;
  /** Absent: it sees none. */
  readonly eyes?: ChatEyes;
  /** Which of transformers' `hidden_states` are read, of each token one after the other. */
  readonly states: readonly number[];
  /** Whether the last of them is read after the model's last norm. */
  readonly lastNorm: boolean;
  /** Tokens at the begin whose states are not read. */
  readonly skipped: number;
  /** Whether the transformer reads the states of padding as well. */
  readonly padding: "read" | "left-out";
}

/** A T5 that reads prompts for a transformer: the states of all places, padding too. */
export interface T5Encoder {
  readonly component: Component<T5Config>;
  readonly tokenizer: PromptTokenizer;
}

export interface ImageEncoder extends Component<ClipVisionConfig> {
  readonly processor: ImageProcessorConfig;
}

/** What model_index.json says beside the components; SDXL only. */
export interface ModelSettings {
  /** No negative prompt means zeros instead of the embedding of "". */
  readonly forceZerosForEmptyPrompt: boolean;
  /** The refiner's score takes the place of the target size. */
  readonly requiresAestheticsScore: boolean;
}

/**
 * The network that a picture is drawn with. What its config says, and what it is told, only the files of its architecture
 * know (pipeline/families/).
 */
export interface Denoiser<A extends string = string, C = unknown> extends Component<C> {
  readonly architecture: A;
}

/** What all models have, whatever they draw with. */
export interface AnyModel<D extends Denoiser = Denoiser> {
  /** Absolute: the file or the folder. */
  readonly path: string;
  /** `Family["id"]`, or what another architecture calls its own. */
  readonly family: string;
  readonly denoiser: D;
  readonly vae: Component<VaeConfig>;
  readonly schedulerConfig: SchedulerConfig;
  /** What a single file's header says about it (licence, trigger words, …); empty for a folder. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The size at which the model draws best, pixels. */
  readonly nativeSize: number;
  /** Changes when a weight file or a configuration does, hexadecimal. Cheap: of paths, times, sizes and headers, not of all bytes. */
  readonly fingerprint: string;
  /** Throws Problem "file-changed" where a weight file is not the one that was opened. Call it right before a load. */
  verifyUnchanged(): void;
}

/** Stable Diffusion and its kin: UNet2DConditionModel, told by CLIP what to draw. */
export interface UNetModel extends AnyModel<Denoiser<"unet", UNetConfig>> {
  readonly family: Family["id"];
  readonly kind: ModelKind;
  /** In the order in which the UNet takes them. */
  readonly textEncoders: readonly TextEncoder[];
  readonly imageEncoder?: ImageEncoder;
  readonly ipAdapter?: IpAdapter;
  readonly settings: ModelSettings;
}

/** How the latents of FLUX.2's autoencoder are packed and scaled: cells of `patch`² places, each of their numbers less its mean by its deviation. */
export interface LatentNorm {
  readonly patch: number;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** FLUX.2 klein: a transformer, told by a language model what to draw. */
export interface Flux2Model extends AnyModel<Denoiser<"flux2", Flux2Config>> {
  readonly family: "flux2-klein";
  readonly text: ChatEncoder;
  readonly latentNorm: LatentNorm;
  /** Whether it draws in a few steps, and without guidance. */
  readonly distilled: boolean;
}

/** FLUX.1: a transformer, told by T5 what to draw, and by CLIP what all of it is. */
export interface Flux1Model extends AnyModel<Denoiser<"flux1", Flux1Config>> {
  readonly family: "flux1";
  readonly text: T5Encoder;
  readonly clip: TextEncoder;
  readonly vae: Component<KlVaeConfig>;
  /** What it was trained to do: draw from noise, fill what is masked (Fill), change a picture by instruction (Kontext), follow one (Canny, Depth). */
  readonly use: "draw" | "fill" | "edit" | "follow";
}

/** Z-Image: a transformer that reads text and picture as one sequence, told by a language model what to draw. */
export interface ZImageModel extends AnyModel<Denoiser<"z-image", ZImageConfig>> {
  readonly family: "z-image";
  readonly text: ChatEncoder;
  readonly vae: Component<KlVaeConfig>;
  /** Whether it is Turbo, which draws in a few steps and without guidance. */
  readonly distilled: boolean;
}

/** Qwen-Image: a transformer, told by a language model that sees what to draw. */
export interface QwenImageModel extends AnyModel<Denoiser<"qwen-image", QwenImageConfig>> {
  readonly family: "qwen-image";
  readonly text: ChatEncoder;
  readonly vae: Component<CausalVaeConfig>;
  /** What it was trained to do: draw from noise, change pictures by instruction (Edit), or take them apart into layers (Layered). */
  readonly use: "draw" | "edit" | "split";
}

/** ERNIE-Image: a transformer that reads picture and text as one sequence, told by a language model what to draw. */
export interface ErnieImageModel extends AnyModel<Denoiser<"ernie-image", ErnieImageConfig>> {
  readonly family: "ernie-image";
  readonly text: ChatEncoder;
  readonly latentNorm: LatentNorm;
  /** Whether it is Turbo, which draws in a few steps and without guidance. */
  readonly distilled: boolean;
}

/** The models that `openModel` opens by itself. */
export type Model = UNetModel | Flux1Model | Flux2Model | ZImageModel | QwenImageModel | ErnieImageModel;
